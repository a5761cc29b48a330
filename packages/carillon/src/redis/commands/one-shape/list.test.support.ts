/** What each command of the group `list` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const LIST_CASES: ShapeCases = {
  cases: {},
};
