/** What each command of the group `cluster` gives. */
import type { ShapeCases } from './shape-case.test.support.js';

export const CLUSTER_CASES: ShapeCases = {
  server: { config: { 'cluster-enabled': 'yes' } },
  cases: {},
};
