/** What options make of the replies about functions, and what does not compile. Compiled only. */
import type { FunctionLibrary, FunctionStats, Redis, Reply } from '../../../entries/redis.js';

declare const redis: Redis;

export async function replies(): Promise<void> {
  (await redis.eval_ro('return 1')) satisfies Reply;
  (await redis.fcall('f', ['k'], [1])) satisfies Reply;
  (await redis.bytes.functionList()) satisfies FunctionLibrary[];
  const [library] = await redis.functionList({ withcode: true });
  library?.library_code satisfies string | undefined;
  library?.functions[0]?.description satisfies string | null | undefined;
  (await redis.functionStats()) satisfies FunctionStats;
  (await redis.functionDump()) satisfies Uint8Array;
  (await redis.scriptExists('a', ['b'])) satisfies number[];
}

export async function refused(): Promise<void> {
  // @ts-expect-error The code comes only when asked for.
  (await redis.functionList())[0]?.library_code satisfies string | undefined;
  // @ts-expect-error Keys are a list.
  void redis.eval('return 1', 'k');
  // @ts-expect-error A dump is bytes.
  void redis.functionRestore('dump');
  // @ts-expect-error What is there is kept, replaced or deleted.
  void redis.functionRestore(new Uint8Array(), { flush: true, replace: true });
}
