/** What each command of the group `hyperloglog` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const HYPERLOGLOG_CASES: ShapeCases = {
  cases: {},
};
