/** Commands of the group `connection` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const CONNECTION: MethodsByHand = {};
