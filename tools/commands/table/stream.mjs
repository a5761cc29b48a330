/** Streams, and the groups of consumers that share one. */

const NO_STREAM = '{ReplyError} The stream does not exist.';
const REFERENCES = {
  keepref: 'Their places in consumer groups stay, as they do by default.',
  delref: 'Their places in consumer groups are deleted, too.',
  acked: 'Only entries that every group has read and acknowledged are deleted.',
};

/** @type {import('../table-types.mjs').GroupTable} */
export const STREAM = {
  XACK: {
    summary: 'Acknowledges entries that consumers of a group have pending: they are done.',
    reply: 'integer',
    types: { ids: 'Many<string>' },
    returns: 'How many were pending.',
  },
  XACKDEL: {
    summary: 'Acknowledges entries for a group, and deletes them from the stream.',
    reply: 'integers',
    types: { ids: 'string | readonly string[]' },
    parameters: REFERENCES,
    returns:
      'For each id 1: deleted; 2: acknowledged, and with `acked` kept for other groups; -1: the group did not have it pending.',
  },
  XADD: { byHand: 'options stand between the key and the entry, and one changes the reply' },
  XAUTOCLAIM: { byHand: 'an option changes the reply' },
  XCFGSET: {
    byHand: 'one of its options is required',
    plan: '. {idmp-duration=|idmp-maxsize=}',
    reader: 'status',
  },
  XCLAIM: { byHand: 'an option changes the reply' },
  XDEL: {
    summary: 'Deletes entries. What consumers have pending stays pending, without fields.',
    reply: 'integer',
    types: { ids: 'Many<string>' },
    returns: 'How many there were.',
  },
  XDELEX: {
    summary: 'Deletes entries, and says what becomes of them in consumer groups.',
    reply: 'integers',
    types: { ids: 'string | readonly string[]' },
    parameters: REFERENCES,
    returns:
      'For each id 1: deleted; 2: with `acked` kept for groups that are not done with it; -1: there is no such entry.',
  },
  'XGROUP CREATE': {
    byHand: 'the id may be a word of its own',
    plan: '. . . {mkstream|entriesread=}',
    reader: 'status',
  },
  'XGROUP CREATECONSUMER': {
    summary: 'Creates a consumer; reading as one that is unknown does so, too.',
    reply: 'integer',
    returns: '1, or 0 when it existed.',
    throws: NO_STREAM,
  },
  'XGROUP DELCONSUMER': {
    summary:
      'Deletes a consumer. What it had pending is lost to the group: `xautoclaim` it before.',
    reply: 'integer',
    returns: 'How many entries it had pending.',
    throws: NO_STREAM,
  },
  'XGROUP DESTROY': {
    summary: 'Deletes a group with its consumers and what they have pending.',
    reply: 'integer',
    returns: '1, or 0 when there was none.',
    throws: NO_STREAM,
  },
  'XGROUP SETID': {
    byHand: 'the id may be a word of its own',
    plan: '. . . {entriesread=}',
    reader: 'status',
  },
  'XINFO CONSUMERS': { byHand: 'a list of reports' },
  'XINFO GROUPS': { byHand: 'a list of reports' },
  'XINFO STREAM': { byHand: 'an option changes the report' },
  XLEN: {
    summary: 'Counts the entries of a stream; 0 when the key does not exist.',
    reply: 'integer',
  },
  XPENDING: { byHand: 'a range changes the reply' },
  XRANGE: { byHand: 'it replies with entries' },
  XREAD: { byHand: 'it waits when asked to, and replies by stream' },
  XREADGROUP: { byHand: 'it waits when asked to, and replies by stream' },
  XREVRANGE: { byHand: 'it replies with entries' },
  XSETID: {
    summary: "Sets a stream's last id, and its counts: for copying streams.",
    reply: 'ok',
    types: { lastId: 'string', maxdeletedid: 'string' },
    parameters: {
      lastId: 'Not less than the id of any entry.',
      entriesadded: 'How many entries were ever added.',
      maxdeletedid: 'The greatest id that was deleted.',
    },
    throws: NO_STREAM,
  },
  XTRIM: { byHand: 'options stand around the threshold' },
};
