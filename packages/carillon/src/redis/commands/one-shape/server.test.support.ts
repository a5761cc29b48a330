/** What each command of the group `server` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const SERVER_CASES: ShapeCases = {
  cases: {},
};
