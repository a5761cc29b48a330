/** Commands of the group `bitmap` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const BITMAP: MethodsByHand = {};
