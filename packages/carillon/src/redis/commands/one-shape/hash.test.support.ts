/** What each command of the group `hash` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const HASH_CASES: ShapeCases = {
  cases: {},
};
