/** What the options of stream commands make of their replies, and which do not compile. Compiled only. */
import type {
  ClaimableEntry,
  DeletedEntry,
  Fields,
  FullStreamInfo,
  PendingEntry,
  PendingSummary,
  Redis,
  StreamEntry,
  StreamInfo,
  XaddOptions,
  XautoclaimOptions,
  XclaimOptions,
} from '../../../entries/redis.js';

declare const redis: Redis;
declare const maybe: boolean;
declare const key: Uint8Array;
declare const id: string;
declare const maybeCount: number | undefined;
declare const xaddOptions: XaddOptions;
declare const xclaimOptions: XclaimOptions;
declare const xautoclaimOptions: XautoclaimOptions;

type Entries = StreamEntry<string>[];

export async function replies(): Promise<void> {
  (await redis.xadd('s', { f: 1 })) satisfies string;
  (await redis.xadd('s', new Map([['f', 1]]), { id: '1-0' })) satisfies string;
  (await redis.xadd('s', { f: 1 }, { maxlen: 5, approximate: true, limit: 9 })) satisfies string;
  (await redis.xadd(
    's',
    { f: 1 },
    { idmp: ['p', 'i'], minid: '1-0', acked: true },
  )) satisfies string;
  (await redis.xadd('s', { f: 1 }, { nomkstream: true })) satisfies string | null;
  (await redis.xadd('s', { f: 1 }, xaddOptions)) satisfies string | null;

  (await redis.xread({ s: '0' }, { count: maybeCount })) satisfies Fields<Entries> | null;
  (await redis.xread(new Map([[key, '0']]))) satisfies Fields<Entries> | null;
  (await redis.bytes.xread({ s: '0' })) satisfies Fields<StreamEntry<Uint8Array>[]> | null;
  (await redis.xrange('s', '-', '+', { count: 1 })) satisfies Entries;

  (await redis.xreadgroup('g', 'c', { s: '>' })) satisfies Fields<Entries> | null;
  (await redis.xreadgroup('g', 'c', new Map([[key, '>']]), {
    block: 0,
  })) satisfies Fields<Entries> | null;
  (await redis.xreadgroup('g', 'c', { s: '>' }, { claim: 5 })) satisfies Fields<
    ClaimableEntry<string>[]
  > | null;
  (await redis.xreadgroup('g', 'c', { s: id })) satisfies Fields<
    (StreamEntry<string> | DeletedEntry)[]
  > | null;

  (await redis.xclaim('s', 'g', 'c', 0, id)) satisfies Entries;
  (await redis.xclaim('s', 'g', 'c', 0, [id], { idle: 0, justid: true })) satisfies string[];
  (await redis.xclaim('s', 'g', 'c', 0, id, xclaimOptions)) satisfies Entries | string[];
  const [next, entries, deleted] = await redis.xautoclaim('s', 'g', 'c', 0, '0-0', { count: 9 });
  [next, entries, deleted] satisfies [string, Entries, string[]];
  const [, ids] = await redis.bytes.xautoclaim('s', 'g', 'c', 0, '0-0', { justid: true });
  ids satisfies string[];
  const [, either] = await redis.xautoclaim('s', 'g', 'c', 0, '0-0', xautoclaimOptions);
  either satisfies Entries | string[];

  (await redis.xpending('s', 'g')) satisfies PendingSummary;
  (await redis.xpending('s', 'g', '-', '+', 9, { idle: 5 })) satisfies PendingEntry[];
  (await redis.xinfoStream('s')) satisfies StreamInfo<string>;
  (await redis.bytes.xinfoStream('s', { full: true })) satisfies FullStreamInfo<Uint8Array>;
  (await redis.xdelex('s', id, { delref: true })) satisfies number[];
  (await redis.xinfoStream('s', { full: false })) satisfies StreamInfo<string>;
  (await redis.xinfoStream('s', { full: true, count: 0 })) satisfies FullStreamInfo<string>;
  (await redis.xinfoStream('s', { full: maybe })) satisfies
    | StreamInfo<string>
    | FullStreamInfo<string>;
  void redis.xadd('s', { f: 1 }, { keepref: false, delref: maybe, acked: false });
}

export async function refused(): Promise<void> {
  // @ts-expect-error The two thresholds of a stream exclude each other.
  void redis.xadd('s', { f: 1 }, { maxlen: 1, minid: '1-0' });
  // @ts-expect-error The server limits an approximate cut only.
  void redis.xadd('s', { f: 1 }, { maxlen: 1, limit: 5 });
  // @ts-expect-error The same for a stream that is cut.
  void redis.xtrim('s', 'MAXLEN', 1, { limit: 5 });
  // @ts-expect-error There may be no stream, and then no entry.
  (await redis.xadd('s', { f: 1 }, { nomkstream: true })) satisfies string;
  // @ts-expect-error The server refuses an id of one's own for an entry that it knows by its name.
  void redis.xadd('s', { f: 1 }, { id: '1-0', idmp: ['p', 'i'] });
  // @ts-expect-error References are kept or deleted.
  void redis.xtrim('s', 'MAXLEN', 1, { keepref: true, delref: true });
  // @ts-expect-error There is a MAXLEN and a MINID.
  void redis.xtrim('s', 'maxlen', 1);
  // @ts-expect-error What is pending may have been deleted, and has no fields then.
  (await redis.xreadgroup('g', 'c', { s: '0' })) satisfies Fields<Entries> | null;
  // @ts-expect-error The last delivery is so long ago, or was then.
  void redis.xclaim('s', 'g', 'c', 0, '1-0', { idle: 1, time: 1 });
  // @ts-expect-error A range has two ends and a count.
  void redis.xpending('s', 'g', '-', '+');
  // @ts-expect-error Only the full report counts its entries.
  void redis.xinfoStream('s', { count: 1 });
  // @ts-expect-error One of them at least.
  void redis.xcfgset('s', {});
}
