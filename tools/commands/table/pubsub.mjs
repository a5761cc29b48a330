/** Publishing, and who is subscribed. `pubsub()` subscribes. */

/** @type {import('../table-types.mjs').GroupTable} */
export const PUBSUB = {
  PUBLISH: {
    summary: 'Publishes a message.',
    reply: 'integer',
    returns: 'How many subscribers of this server got it.',
  },
};
