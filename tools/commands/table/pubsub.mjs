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
    summary: `The channels that somebody is subscribed to, patterns aside. ${OF_THIS_SERVER}`,
    reply: 'strings',
    parameters: { pattern: 'Only channels that match it.' },
  },
  'PUBSUB NUMPAT': {
    summary: `How many patterns somebody is subscribed to. ${OF_THIS_SERVER}`,
    reply: 'integer',
  },
  'PUBSUB NUMSUB': {
    summary: `How many subscribers channels have, patterns aside. ${OF_THIS_SERVER}`,
    reply: 'integersByName',
    types: { channels: 'Many<Key>' },
    returns: 'The count by channel, also 0.',
  },
  'PUBSUB SHARDCHANNELS': {
    summary: 'The sharded channels of this server that somebody is subscribed to.',
    reply: 'strings',
    parameters: { pattern: 'Only channels that match it.' },
  },
  'PUBSUB SHARDNUMSUB': {
    summary: 'How many subscribers sharded channels have on this server.',
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
