/** What each command of the group `scripting` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const SCRIPTING_CASES: ShapeCases = {
  cases: {},
};
