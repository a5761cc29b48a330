/**
 * The close codes of raw sockets. In a file of their own, so that who matches on them needs no types
 * of `ws`.
 */

/** Why a raw socket was closed. Beside them `ws` closes with 1002, 1007 and 1009 for bad frames. */
export const RAW_CLOSE_CODES: {
  /** The subscription ended: the channels stopped or the route was detached. */
  readonly goingAway: 1001;
  /** A message could not be sent. */
  readonly internalError: 1011;
  /** The client did not read for `slowTimeoutMs`. */
  readonly slow: 3008;
  /** The client did not answer a ping for `pongTimeoutMs`. */
  readonly noPong: 3012;
} = { goingAway: 1001, internalError: 1011, slow: 3008, noPong: 3012 };
