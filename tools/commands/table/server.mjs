/** The commands of the group `server`. */

/** @type {import('../table-types.mjs').GroupTable} */
export const SERVER = {};
