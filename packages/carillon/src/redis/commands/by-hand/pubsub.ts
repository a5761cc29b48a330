/** Commands of the group `pubsub` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const PUBSUB: MethodsByHand = {};
