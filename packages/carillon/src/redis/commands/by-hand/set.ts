/** Commands of the group `set` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const SET: MethodsByHand = {};
