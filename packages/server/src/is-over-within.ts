/** Waiting with an end: a promise, or a deadline, whichever comes first. */

/**
 * Waits for a promise to settle, at most `deadlineMs`.
 *
 * @returns Whether it is over in time, either way: a rejection counts too and is left to whoever else
 *   holds the promise.
 */
export async function isOverWithin(
  promise: Promise<unknown>,
  deadlineMs: number,
): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), deadlineMs);
  });
  const settled = promise.then(
    () => true,
    () => true,
  );
  try {
    return await Promise.race([settled, late]);
  } finally {
    clearTimeout(timer);
  }
}
