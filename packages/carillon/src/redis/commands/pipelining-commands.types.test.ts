/** What pipelines and transactions infer, and which callbacks do not compile. Compiled only. */
import type { Redis, RedisError } from '../../entries/redis.js';

declare const redis: Redis;
declare const keys: readonly string[];
declare const maybe: boolean;

/** Whether two types are the same, not only assignable to each other. */
type Same<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;
function same<A, B>(_: Same<A, B>): void {}

export async function results(): Promise<void> {
  const pair = await redis.pipeline((p) => [p.set('a', 1), p.get('a')]);
  same<typeof pair, ['OK', string | null]>(true);

  const multi = await redis.multi((tx) => [tx.incr('n'), tx.hgetall('h')]);
  same<typeof multi, [number, Record<string, string>]>(true);

  const mapped = await redis.multi((tx) => keys.map((key) => tx.incr(key)));
  same<typeof mapped, number[]>(true);

  const mixed = await redis.pipeline((p) => [p.incr('n'), ...keys.map((key) => p.get(key))]);
  same<typeof mixed, [number, ...(string | null)[]]>(true);

  const bytes = await redis.bytes.pipeline((p) => [p.get('a')]);
  same<typeof bytes, [Uint8Array | null]>(true);

  const empty = await redis.pipeline(() => []);
  same<typeof empty, []>(true);

  const errors = await redis.multi((tx) => [tx.incr('n')], { returnErrors: true });
  same<typeof errors, [number | RedisError]>(true);

  const perhaps = await redis.pipeline((p) => [p.incr('n')], { returnErrors: maybe });
  same<typeof perhaps, [number | RedisError]>(true);

  const limited = await redis.pipeline((p) => [p.incr('n')], { timeoutMs: 5, idempotent: true });
  same<typeof limited, [number]>(true);
}

export function refused(): void {
  // @ts-expect-error The callback is not asynchronous.
  void redis.pipeline(async (p) => [p.get('a')]);
  // @ts-expect-error It returns promises.
  void redis.multi(() => [1]);
  // @ts-expect-error It returns an array.
  void redis.multi((tx) => tx.get('a'));
  // @ts-expect-error What is inside cannot be put inside once more.
  void redis.multi((tx) => [tx.multi(() => [])]);
  // @ts-expect-error Strings are read as the view says.
  void redis.pipeline((p) => [p.get('a')], { encoding: null });
}
