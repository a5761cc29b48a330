/** Sets. */

const STORED = { returns: 'How many members the new set has; with none, there is no key.' };

/** @type {import('../table-types.mjs').GroupTable} */
export const SET = {
  SADD: {
    summary: 'Adds members to a set.',
    reply: 'integer',
    returns: 'How many are new.',
  },
  SCARD: {
    summary: 'Counts the members of a set; 0 when the key does not exist.',
    reply: 'integer',
  },
  SDIFF: {
    summary: 'Gets the members of the first set that none of the others has.',
    reply: 'strings',
    returns: 'In no particular order.',
  },
  SDIFFSTORE: {
    summary: 'Like `sdiff`, and stores the members in place of whatever the destination held.',
    reply: 'integer',
    ...STORED,
  },
  SINTER: {
    summary: 'Gets the members that all of the sets have.',
    reply: 'strings',
    returns: 'In no particular order.',
  },
  SINTERCARD: {
    summary: 'Counts the members that all of the sets have.',
    reply: 'integer',
    parameters: { limit: 'Stop counting there; 0 counts all.' },
  },
  SINTERSTORE: {
    summary: 'Like `sinter`, and stores the members in place of whatever the destination held.',
    reply: 'integer',
    ...STORED,
  },
  SISMEMBER: {
    summary: 'Tells whether a set has a member.',
    reply: 'integer',
    returns: '1, or 0 when it is no member.',
  },
  SMEMBERS: {
    summary:
      'Gets all members; none when the key does not exist. `sscan` reads large sets in pages.',
    reply: 'strings',
    returns: 'In no particular order.',
  },
  SMISMEMBER: {
    summary: 'Tells which members a set has.',
    reply: 'integers',
    returns: 'In the order of the members 1, or 0 for what is no member.',
  },
  SMOVE: {
    summary: 'Takes a member out of a set and adds it to another, in one step.',
    reply: 'integer',
    returns: '1, or 0 when the source does not have it.',
  },
  SPOP: { byHand: 'a count makes the reply a list', plan: '. .?', reader: 'strings' },
  SRANDMEMBER: { byHand: 'a count makes the reply a list', plan: '. .?', reader: 'strings' },
  SREM: {
    summary: 'Removes members from a set.',
    reply: 'integer',
    returns: 'How many were there.',
  },
  SSCAN: {
    summary: 'Gets a page of the members. What is there all the time is seen, perhaps twice.',
    reply: 'scannedMembers',
    parameters: {
      match: 'Only members that match this glob pattern.',
      count: 'About how much to look at in one call; 10 by default.',
    },
    returns: "The next cursor, `'0'` at the end, and members: of a page there may be none.",
  },
  SUNION: {
    summary: 'Gets the members that any of the sets has.',
    reply: 'strings',
    returns: 'In no particular order.',
  },
  SUNIONSTORE: {
    summary: 'Like `sunion`, and stores the members in place of whatever the destination held.',
    reply: 'integer',
    ...STORED,
  },
};
