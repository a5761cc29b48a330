/** What parameters and options mean wherever they occur. */

/** @type {Readonly<Record<string, string>>} */
export const MEANINGS = {
  seconds: 'Seconds from now.',
  milliseconds: 'Milliseconds from now.',
  unixTimeSeconds: 'Unix time in seconds.',
  unixTimeMilliseconds: 'Unix time in milliseconds.',
  timeoutSeconds: 'How long to wait; 0 waits for ever.',
  ex: 'Seconds to live.',
  px: 'Milliseconds to live.',
  exat: 'Unix time in seconds at which it expires.',
  pxat: 'Unix time in milliseconds at which it expires.',
  count: 'How many at most.',
  cursor: "`'0'` to begin; then what the last call gave, until that is `'0'` again.",
  limit: 'Skip so many, then give so many at most; -1 gives all.',
};

/** Parameters whose type is the same wherever they occur, and not the servers'. */
export const TYPES_BY_NAME = /** @type {Readonly<Record<string, string>>} */ ({
  cursor: 'string',
  message: 'Value',
  channel: 'Key',
});
