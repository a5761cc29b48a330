/** The commands of the group `bitmap`. */

/** @type {import('../table-types.mjs').GroupTable} */
export const BITMAP = {};
