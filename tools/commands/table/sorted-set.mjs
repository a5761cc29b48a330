/** The commands of the group `sorted-set`. */

/** @type {import('../table-types.mjs').GroupTable} */
export const SORTED_SET = {};
