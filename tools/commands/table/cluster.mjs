/** The commands of the group `cluster`. */

/** @type {import('../table-types.mjs').GroupTable} */
export const CLUSTER = {};
