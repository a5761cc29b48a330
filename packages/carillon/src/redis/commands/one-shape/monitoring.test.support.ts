/** What each command of the group `monitoring` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const MONITORING_CASES: ShapeCases = {
  cases: {},
};
