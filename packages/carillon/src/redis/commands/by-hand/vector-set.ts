/** Commands of the group `vector-set` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const VECTOR_SET: MethodsByHand = {};
