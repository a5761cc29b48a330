/** Commands of the group `sorted-set` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const SORTED_SET: MethodsByHand = {};
