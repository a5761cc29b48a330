/** The commands of the group `vector-set`. */

/** @type {import('../table-types.mjs').GroupTable} */
export const VECTOR_SET = {};
