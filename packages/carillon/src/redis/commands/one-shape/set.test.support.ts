/** What each command of the group `set` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const SET_CASES: ShapeCases = {
  cases: {},
};
