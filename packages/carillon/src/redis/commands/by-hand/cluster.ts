/** Commands of the group `cluster` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const CLUSTER: MethodsByHand = {};
