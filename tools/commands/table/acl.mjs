/** The commands of the group `acl`. */

/** @type {import('../table-types.mjs').GroupTable} */
export const ACL = {};
