/** Commands of the group `keys` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const KEYS: MethodsByHand = {};
