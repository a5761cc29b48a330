/** Places: sorted sets whose scores are positions on the earth. */

/** @type {import('../table-types.mjs').GroupTable} */
export const GEO = {
  GEOADD: { byHand: 'each member has two numbers' },
  GEODIST: {
    summary: 'Computes the distance between two members, as the crow flies.',
    reply: 'double?',
    signature: "key: Key, member1: Value, member2: Value, unit?: 'm' | 'km' | 'ft' | 'mi'",
    plan: '. . . .?',
    parameters: { unit: 'Metres by default.' },
    returns: '`null` when one of them is not there.',
  },
  GEOHASH: {
    summary: 'Gets the positions of members as geohash strings of 11 characters.',
    reply: 'text?s',
    returns: 'In the order of the members; `null` for one that is not there.',
  },
  GEOPOS: { byHand: 'coordinates are pairs of numbers', plan: '. ...', reader: 'doubles' },
  GEORADIUS: { byHand: 'options change the reply' },
  GEORADIUSBYMEMBER: { byHand: 'options change the reply' },
  GEORADIUSBYMEMBER_RO: { byHand: 'options change the reply' },
  GEORADIUS_RO: { byHand: 'options change the reply' },
  GEOSEARCH: { byHand: 'options change the reply' },
  GEOSEARCHSTORE: { byHand: 'the area is a choice of options' },
};
