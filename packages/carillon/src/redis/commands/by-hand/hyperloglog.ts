/** Commands of the group `hyperloglog` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const HYPERLOGLOG: MethodsByHand = {};
