/** The commands of the group `set`. */

/** @type {import('../table-types.mjs').GroupTable} */
export const SET = {};
