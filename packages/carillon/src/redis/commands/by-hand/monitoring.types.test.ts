/** What commands of monitoring infer, and which parameters do not compile. Compiled only. */
import type {
  HotkeysReport,
  LatencyHistogram,
  LatestLatency,
  NotableCommand,
  Redis,
  SlowCommand,
} from '../../../entries/redis.js';

declare const redis: Redis;

export async function replies(): Promise<void> {
  (await redis.slowlogGet()) satisfies SlowCommand<string>[];
  (await redis.bytes.slowlogGet(5))[0]?.arguments satisfies readonly Uint8Array[] | undefined;
  (await redis.bytes.slowlogGet(5))[0]?.clientName satisfies string | undefined;
  (await redis.commandlogGet(-1, 'SLOW')) satisfies NotableCommand<string>[];
  (await redis.hotkeysStart('CPU')) satisfies 'OK';
  (await redis.hotkeysStart(['CPU', 'NET'], { slots: [1, 2] })) satisfies 'OK';
  (await redis.hotkeysStop()) satisfies 'OK' | null;
  const hotkeys = await redis.bytes.hotkeysGet();
  hotkeys satisfies HotkeysReport<Uint8Array>[] | null;
  hotkeys?.[0]?.['by-net-bytes']?.[0]?.[0] satisfies Uint8Array | undefined;
  (await redis.latencyHistogram('get')) satisfies Record<string, LatencyHistogram>;
  (await redis.latencyHistory('command')) satisfies [number, number][];
  (await redis.latencyLatest()) satisfies LatestLatency[];
  (await redis.memoryStats())['keys.count'] satisfies number;
  (await redis.memoryStats())['db.0'] satisfies number | Record<string, number> | undefined;
  (await redis.memoryUsage('k', { samples: 0 })) satisfies number | null;
}

export async function refused(): Promise<void> {
  // @ts-expect-error There are three logs.
  void redis.commandlogLen('FAST');
  // @ts-expect-error There are two metrics.
  void redis.hotkeysStart('MEMORY');
  // @ts-expect-error At least the log is to be named.
  void redis.commandlogGet(10);
  // @ts-expect-error The key may not exist.
  (await redis.memoryUsage('k')) satisfies number;
  // @ts-expect-error A name of the server's own, in its own case.
  void redis.memoryUsage('k', { SAMPLES: 5 });
}
