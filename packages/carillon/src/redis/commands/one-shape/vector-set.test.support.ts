/** What each command of the group `vector-set` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const VECTOR_SET_CASES: ShapeCases = {
  cases: {},
};
