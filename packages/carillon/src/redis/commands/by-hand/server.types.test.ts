/** What commands on the server itself infer, and which options do not compile. Compiled only. */
import type {
  CommandDescription,
  CommandDocumentation,
  LoadedModule,
  Redis,
} from '../../../entries/redis.js';

declare const redis: Redis;
declare const maybe: boolean;

export async function replies(): Promise<void> {
  const info = await redis.info('server', ['memory']);
  info satisfies Record<string, Record<string, string>>;
  info.Server?.redis_version satisfies string | undefined;
  (await redis.bytes.info()).Memory satisfies Record<string, string> | undefined;

  const role = await redis.role();
  if (role.role === 'master') role.replicas[0]?.offset satisfies number | undefined;
  else if (role.role === 'slave') role.port satisfies number;
  else role.masters satisfies readonly string[];

  (await redis.configGet('hz', ['maxmemory'])) satisfies Record<string, string>;
  (await redis.configSet({ hz: 20, save: '' })) satisfies 'OK';
  (await redis.command()) satisfies CommandDescription[];
  (await redis.commandInfo('get')) satisfies (CommandDescription | null)[];
  (await redis.commandDocs('get')) satisfies Record<string, CommandDocumentation>;
  (await redis.bytes.commandGetkeys('GET', 'k')) satisfies Uint8Array[];
  (await redis.bytes.commandGetkeysandflags('GET', 'k')) satisfies [Uint8Array, string[]][];
  (await redis.commandList({ aclcat: 'read' })) satisfies string[];
  (await redis.moduleList()) satisfies LoadedModule[];
  (await redis.time()) satisfies [number, number];
  (await redis.replicaof('localhost', 6379)) satisfies string;
  (await redis.replicaof('NO', 'ONE')) satisfies string;
  (await redis.failover({ to: ['localhost', 6379], timeout: 100, force: true })) satisfies 'OK';
  (await redis.shutdown({ save: true, now: true })) satisfies 'OK';
  (await redis.bgsave({ schedule: true })) satisfies string;
  (await redis.shutdown({ save: false, nosave: true })) satisfies 'OK';
  (await redis.shutdown({ abort: true, save: false, now: false })) satisfies 'OK';
  (await redis.shutdown({ save: maybe, force: maybe })) satisfies 'OK';
  (await redis.failover({ abort: true, force: false })) satisfies 'OK';
}

export async function refused(): Promise<void> {
  // @ts-expect-error The section may be missing.
  void (await redis.info()).Server.redis_version;
  // @ts-expect-error A primary has no host to follow: ask for the role first.
  void (await redis.role()).host;
  // @ts-expect-error A command that is unknown has no description.
  void (await redis.commandInfo('get'))[0].name;
  // @ts-expect-error The server filters by one thing.
  void redis.commandList({ aclcat: 'read', pattern: '*' });
  // @ts-expect-error Force needs somebody to promote, and a time.
  void redis.failover({ force: true });
  // @ts-expect-error Abort stands alone.
  void redis.failover({ abort: true, timeout: 100 });
  // @ts-expect-error Here, too.
  void redis.shutdown({ abort: true, now: true });
  // @ts-expect-error Save or do not.
  void redis.shutdown({ nosave: true, save: true });
  // @ts-expect-error NO is followed by ONE.
  void redis.replicaof('NO');
  // @ts-expect-error Memory is freed now or later.
  void redis.flushall({ async: true, sync: true });
}
