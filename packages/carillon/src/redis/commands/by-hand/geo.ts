/** Commands of the group `geo` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const GEO: MethodsByHand = {};
