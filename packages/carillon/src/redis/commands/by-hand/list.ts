/** Commands of the group `list` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const LIST: MethodsByHand = {};
