/** What each command of the group `acl` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const ACL_CASES: ShapeCases = {
  cases: {},
};
