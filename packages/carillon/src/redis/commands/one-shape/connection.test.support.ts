/** What each command of the group `connection` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const CONNECTION_CASES: ShapeCases = {
  cases: {},
};
