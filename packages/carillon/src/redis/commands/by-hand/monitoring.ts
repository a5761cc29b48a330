/** Commands of the group `monitoring` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const MONITORING: MethodsByHand = {};
