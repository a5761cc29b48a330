/** What `retry` infers, and what does not compile. Compiled only. */
import { constant, ReplyError, retry, TimeoutError } from '../entries/redis.js';

export async function inferred(): Promise<void> {
  (await retry(async () => 1, constant())) satisfies number;
  (await retry((attempt) => attempt.toFixed(), constant())) satisfies string;
  await retry(async () => 1, constant(), {
    onFailure: (error, retryInMs) => [error.message, (retryInMs ?? 0).toFixed()],
  });
  await retry(async () => 1, constant(), {
    onFailure: [
      [TimeoutError, (error) => error.sent satisfies 'no' | 'maybe'],
      [ReplyError, async (error, retryInMs) => [error.code, retryInMs satisfies number | null]],
    ],
  });
}

export async function refused(): Promise<void> {
  // @ts-expect-error: no policy
  await retry(async () => 1);
  await retry(async () => 1, constant(), {
    // @ts-expect-error: an error of that class has no `sent`
    onFailure: [[ReplyError, (error) => error.sent]],
  });
  // @ts-expect-error: a class of no errors
  await retry(async () => 1, constant(), { onFailure: [[Map, () => {}]] });
}
