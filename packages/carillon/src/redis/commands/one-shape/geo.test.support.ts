/** What each command of the group `geo` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const GEO_CASES: ShapeCases = {
  cases: {},
};
