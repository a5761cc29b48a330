/** Scripts and functions. */

/** @type {import('../table-types.mjs').GroupTable} */
export const SCRIPTING = {
  EVAL: { byHand: 'keys and arguments are lists of any length' },
  EVALSHA: { byHand: 'keys and arguments are lists of any length' },
};
