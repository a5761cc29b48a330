/** What each command of the group `pubsub` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const PUBSUB_CASES: ShapeCases = {
  cases: {},
};
