/** Streams. */

/** @type {import('../table-types.mjs').GroupTable} */
export const STREAM = {
  XADD: { byHand: 'options stand between the key and the entry, and one changes the reply' },
  XREAD: { byHand: 'it waits when asked to, and replies by stream' },
};
