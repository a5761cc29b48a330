/** The commands of the group `geo`. */

/** @type {import('../table-types.mjs').GroupTable} */
export const GEO = {};
