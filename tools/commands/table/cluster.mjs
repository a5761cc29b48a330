/** A cluster as one of its nodes sees it. */

const NODE = { types: { nodeId: 'string' }, parameters: { nodeId: '40 hexadecimal digits.' } };
const RANGES = {
  signature: '...ranges: readonly (readonly [first: number, last: number])[]',
  plan: '...',
  parameters: { ranges: 'First and last slot of each: `[0, 99], [200, 299]`.' },
};
const REPLICAS = {
  reply: 'texts',
  ...NODE,
  returns: 'A line for each, as in `clusterNodes`.',
  throws: '{ReplyError} The node is unknown, or a replica itself.',
};

/** @type {import('../table-types.mjs').GroupTable} */
export const CLUSTER = {
  'CLUSTER ADDSLOTS': {
    summary: 'Makes the node serve slots that nobody serves.',
    reply: 'ok',
    throws: '{ReplyError} One of them is served already.',
  },
  'CLUSTER ADDSLOTSRANGE': {
    summary: 'Makes the node serve ranges of slots that nobody serves.',
    reply: 'ok',
    ...RANGES,
    throws: '{ReplyError} One of them is served already.',
  },
  'CLUSTER BUMPEPOCH': {
    summary:
      'Gives the node the highest configuration epoch of the cluster, so that its word counts.',
    reply: 'text',
    returns: '`BUMPED` or `STILL`, and the epoch.',
  },
  'CLUSTER CANCELSLOTMIGRATIONS': {
    summary: 'Calls off the moving of slots away from the node.',
    reply: 'ok',
    throws: '{ReplyError} None is being moved.',
  },
  'CLUSTER COUNT-FAILURE-REPORTS': {
    summary: 'Counts the nodes that say that a node has failed.',
    reply: 'integer',
    ...NODE,
  },
  'CLUSTER COUNTKEYSINSLOT': {
    summary: 'Counts the keys that the node has in a slot.',
    reply: 'integer',
  },
  'CLUSTER DELSLOTS': { summary: 'Makes the node forget who serves slots.', reply: 'ok' },
  'CLUSTER DELSLOTSRANGE': {
    summary: 'Makes the node forget who serves ranges of slots.',
    reply: 'ok',
    ...RANGES,
  },
  'CLUSTER FAILOVER': {
    summary: 'Makes a replica take the place of its primary.',
    reply: 'ok',
    parameters: {
      force: 'Without agreement of the primary, which may be gone.',
      takeover: 'Without agreement of anybody.',
    },
    returns: 'As soon as it is under way.',
  },
  'CLUSTER FLUSHSLOT': {
    summary: 'Deletes all keys of a slot.',
    reply: 'ok',
    parameters: {
      async: 'Free the memory in the background.',
      sync: 'Free the memory before the reply.',
    },
  },
  'CLUSTER FLUSHSLOTS': {
    summary: 'Makes the node serve no slots; it must have no keys.',
    reply: 'ok',
  },
  'CLUSTER FORGET': {
    summary: 'Makes the node forget another, for a minute also when others tell of it.',
    reply: 'ok',
    ...NODE,
  },
  'CLUSTER GETKEYSINSLOT': { summary: 'Gets keys of a slot.', reply: 'strings' },
  'CLUSTER GETSLOTMIGRATIONS': { byHand: 'its reports become objects' },
  'CLUSTER INFO': { byHand: 'its text becomes a record' },
  'CLUSTER KEYSLOT': {
    summary: 'Computes the slot of a key, from 0 to 16383.',
    reply: 'integer',
    types: { key: 'Key' },
  },
  'CLUSTER LINKS': { byHand: 'its reports become objects' },
  'CLUSTER MEET': {
    summary: 'Introduces the node to another, and so to its cluster.',
    reply: 'ok',
    types: { ip: 'string' },
    parameters: { clusterBusPort: 'The port plus 10000 by default.' },
  },
  'CLUSTER MIGRATESLOTS': { byHand: 'groups of words come several times' },
  'CLUSTER MIGRATION': { byHand: 'its first word decides the reply' },
  'CLUSTER MYID': { summary: "Gets the node's own id.", reply: 'text' },
  'CLUSTER MYSHARDID': { summary: "Gets the id of the node's shard.", reply: 'text' },
  'CLUSTER NODES': {
    summary: 'Gets all nodes and what they serve, in the form of the file that a node keeps.',
    reply: 'text',
    returns: 'A line for each. `clusterShards` gives objects.',
  },
  'CLUSTER REPLICAS': { summary: 'Gets the replicas of a primary.', ...REPLICAS },
  'CLUSTER REPLICATE': {
    summary: 'Makes the node a replica of another, which is a primary.',
    reply: 'ok',
    ...NODE,
    throws: '{ReplyError} The node serves slots or has keys.',
  },
  'CLUSTER RESET': {
    summary: 'Makes the node forget all others and all slots; a replica loses its keys.',
    reply: 'ok',
    parameters: { hard: 'Give it a new id and epoch 0, too.', soft: 'Only that; the default.' },
    throws: '{ReplyError} It is a primary that has keys.',
  },
  'CLUSTER SAVECONFIG': { summary: "Writes the node's file to the disk.", reply: 'ok' },
  'CLUSTER SET-CONFIG-EPOCH': {
    summary: 'Sets the configuration epoch of a node that is new.',
    reply: 'ok',
    throws: '{ReplyError} It knows others, or has an epoch.',
  },
  'CLUSTER SETSLOT': {
    summary: 'Changes the state of a slot that moves by hand.',
    reply: 'ok',
    signature:
      "slot: number, ...state: readonly ['IMPORTING' | 'MIGRATING' | 'NODE', nodeId: string] | readonly ['STABLE']",
    parameters: {
      state:
        'It comes from that node, goes there, or is served there; `STABLE` ends the moving as it is.',
    },
  },
  'CLUSTER SHARDS': { byHand: 'its reports become objects' },
  'CLUSTER SLAVES': {
    summary: 'Gets the replicas of a primary: the old name of `clusterReplicas`.',
    ...REPLICAS,
  },
  'CLUSTER SLOT-STATS': { byHand: 'its first word decides the parameters' },
  'CLUSTER SLOTS': { byHand: 'its lists without names become objects' },
  CLUSTERSCAN: {
    byHand: 'its cursor is text beside stored keys',
    plan: '. {match=|count=|type=|slot=}',
    reader: 'page',
  },
};
