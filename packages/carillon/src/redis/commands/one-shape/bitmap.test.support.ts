/** What each command of the group `bitmap` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const BITMAP_CASES: ShapeCases = {
  cases: {},
};
