/** HyperLogLogs: how many different elements there were, with an error of about 0.81 %. */

/** @type {import('../table-types.mjs').GroupTable} */
export const HYPERLOGLOG = {
  PFADD: {
    summary:
      'Adds elements to a HyperLogLog; creates it, also without elements, when the key does not exist.',
    reply: 'integer',
    returns: '1, or 0 when it did not change by them.',
  },
  PFCOUNT: {
    summary:
      'Counts, roughly, the different elements that HyperLogLogs have seen together; keys that do not exist have seen none.',
    reply: 'integer',
  },
  PFMERGE: {
    summary: 'Adds to a HyperLogLog what others have seen; creates it when it does not exist.',
    reply: 'ok',
    names: { destkey: 'destination', sourcekeys: 'sources' },
  },
};
