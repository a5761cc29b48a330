/** Commands of the group `hash` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const HASH: MethodsByHand = {};
