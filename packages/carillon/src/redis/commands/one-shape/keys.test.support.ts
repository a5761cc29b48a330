/** What each command of the group `keys` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const KEYS_CASES: ShapeCases = {
  cases: {},
};
