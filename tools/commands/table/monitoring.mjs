/** The commands of the group `monitoring`. */

/** @type {import('../table-types.mjs').GroupTable} */
export const MONITORING = {};
