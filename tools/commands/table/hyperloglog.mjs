/** The commands of the group `hyperloglog`. */

/** @type {import('../table-types.mjs').GroupTable} */
export const HYPERLOGLOG = {};
