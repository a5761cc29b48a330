/** Publishing, and who is subscribed. `pubsub()` subscribes. */

const OF_THIS_SERVER = 'In a cluster, those of this server.';

/** @type {import('../table-types.mjs').GroupTable} */
export const PUBSUB = {
  PUBLISH: {
    summary: 'Publishes a message.',
    reply: 'integer',
    returns: 'How many subscribers of this server got it.',
  },
  'PUBSUB CHANNELS': {
    summary: `Gets the channels that somebody is subscribed to, patterns aside. ${OF_THIS_SERVER}`,
    reply: 'strings',
    parameters: { pattern: 'Only channels that match it.' },
  },
  'PUBSUB NUMPAT': {
    summary: `Counts the patterns that somebody is subscribed to. ${OF_THIS_SERVER}`,
    reply: 'integer',
  },
  'PUBSUB NUMSUB': {
    summary: `Counts the subscribers of channels, patterns aside. ${OF_THIS_SERVER}`,
    reply: 'integersByName',
    types: { channels: 'Many<Key>' },
    returns: 'The count by channel, also 0.',
  },
  'PUBSUB SHARDCHANNELS': {
    summary: 'Gets the sharded channels of this server that somebody is subscribed to.',
    reply: 'strings',
    parameters: { pattern: 'Only channels that match it.' },
  },
  'PUBSUB SHARDNUMSUB': {
    summary: 'Counts the subscribers of sharded channels on this server.',
    reply: 'integersByName',
    types: { shardchannels: 'Many<Key>' },
    returns: 'The count by channel, also 0.',
  },
  SPUBLISH: {
    summary: 'Publishes a message to a sharded channel.',
    reply: 'integer',
    types: { shardchannel: 'Key' },
    returns: 'How many subscribers of this server got it.',
  },
};
