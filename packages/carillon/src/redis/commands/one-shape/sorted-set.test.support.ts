/** What each command of the group `sorted-set` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const SORTED_SET_CASES: ShapeCases = {
  cases: {},
};
