/** What the parameters of ACL commands make of their replies, and which do not compile. Compiled only. */
import type { AclLogEntry, AclUser, Redis } from '../../../entries/redis.js';

declare const redis: Redis;
declare const maybe: boolean;

export async function replies(): Promise<void> {
  (await redis.bytes.aclGetuser('bob')) satisfies AclUser | null;
  (await redis.aclLog()) satisfies AclLogEntry[];
  (await redis.aclLog(5)) satisfies AclLogEntry[];
  (await redis.aclLog({ reset: true })) satisfies 'OK';
  (await redis.aclLog({ reset: maybe })) satisfies AclLogEntry[] | 'OK';
  (await redis.aclSetuser('bob', 'on', ['+get'])) satisfies 'OK';
}

export async function refused(): Promise<void> {
  // @ts-expect-error There may be no such user.
  (await redis.aclGetuser('bob')) satisfies AclUser;
  // @ts-expect-error It is forgotten or told.
  void redis.aclLog({ reset: true, count: 1 });
}
