/** What the options of CLIENT commands make of their replies, and which do not compile. Compiled only. */
import type {
  ClientDescription,
  ClientTrackinginfo,
  Fields,
  Redis,
} from '../../../entries/redis.js';

declare const redis: Redis;
declare const maybe: boolean | undefined;
declare const maybeText: string | undefined;

export async function replies(): Promise<void> {
  (await redis.ping()) satisfies 'PONG';
  (await redis.ping('x')) satisfies string;
  (await redis.bytes.ping(maybeText)) satisfies Uint8Array | 'PONG';
  (await redis.bytes.ping('x')) satisfies Uint8Array;
  (await redis.bytes.echo('x')) satisfies Uint8Array;
  (await redis.clientKill('127.0.0.1:1')) satisfies 'OK';
  (await redis.clientKill({ id: 1 })) satisfies number;
  for (const { id, addr } of await redis.clientList({ id: ['1', 2], skipme: maybe })) {
    void redis.clientKill({ id });
    void redis.clientKill({ addr, user: maybeText, skipme: false });
    void redis.clientKill({ 'not-id': [id, 1] });
    void redis.clientUnblock(id, { error: true });
    void redis.clientTracking('ON', { redirect: id });
  }
  void redis.clientKill({ skipme: true });
  (await redis.bytes.clientList({ type: 'pubsub' })) satisfies ClientDescription[];
  (await redis.bytes.clientInfo()) satisfies ClientDescription;
  (await redis.clientInfo()).lib satisfies string | undefined;
  (await redis.clientTrackinginfo()) satisfies ClientTrackinginfo;
  (await redis.clientTracking('ON', { bcast: true, prefix: ['a:'] })) satisfies 'OK';
  (await redis.clientTracking('ON', { optin: true, noloop: true })) satisfies 'OK';
  (await redis.clientPause(1, { write: true })) satisfies 'OK';
  (await redis.bytes.pubsubChannels()) satisfies Uint8Array[];
  (await redis.bytes.pubsubNumsub('a', ['b'])) satisfies Fields<number>;
}

export async function refused(): Promise<void> {
  // @ts-expect-error Prefixes are for all that is read: `bcast`.
  void redis.clientTracking('ON', { prefix: 'a:' });
  // @ts-expect-error What is read is announced before, or is not.
  void redis.clientTracking('ON', { optin: true, optout: true });
  // @ts-expect-error With `bcast` nothing is chosen by reading.
  void redis.clientTracking('ON', { bcast: true, optin: true });
  // @ts-expect-error A pause is for all commands or for those that write.
  void redis.clientPause(1, { write: true, all: true });
  // @ts-expect-error A wait ends in one of two ways.
  void redis.clientUnblock(1, { timeout: true, error: true });
  // @ts-expect-error There is no such kind of connection.
  void redis.clientList({ type: 'OTHER' });
  // @ts-expect-error All connections? `{ skipme: true }` says so.
  void redis.clientKill({});
  // @ts-expect-error What is not given is no filter.
  void redis.clientKill({ id: undefined });
  // @ts-expect-error There is no such filter.
  void redis.clientKill({ id: 1, lib: 'x' });
}
