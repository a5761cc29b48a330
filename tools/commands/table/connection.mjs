/** Connections and who holds them. */

/** @type {import('../table-types.mjs').GroupTable} */
export const CONNECTION = {
  PING: {
    summary: 'Asks the server for an answer.',
    reply: 'text',
    returns: '`PONG`, or the message.',
  },
};
