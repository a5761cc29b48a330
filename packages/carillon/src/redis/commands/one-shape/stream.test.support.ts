/** What each command of the group `stream` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const STREAM_CASES: ShapeCases = {
  cases: {},
};
