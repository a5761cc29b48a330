/** Commands of the group `server` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const SERVER: MethodsByHand = {};
