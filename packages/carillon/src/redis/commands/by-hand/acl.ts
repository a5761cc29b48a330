/** Commands of the group `acl` whose options decide what they send or reply. */
import type { MethodsByHand } from '../typed-methods.js';

export const ACL: MethodsByHand = {};
