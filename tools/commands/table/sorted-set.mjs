/** Sorted sets: members by score. */

const SCORED = 'scores stand with the members when asked for';
const SCORE_BOUNDS = { min: 'number | string', max: 'number | string' };
const NAME_BOUNDS = { min: 'Key', max: 'Key' };
const BY_SCORE = {
  min: "A score, `'(1'` without 1 itself, or `'-inf'`.",
  max: "A score, `'(1'` without 1 itself, or `'+inf'`.",
};
const BY_NAME = {
  min: "`'[a'` with `a` itself, `'(a'` without, or `'-'`.",
  max: "`'[a'` with `a` itself, `'(a'` without, or `'+'`.",
};
const SAME_SCORE = 'Means something only where all members have the same score.';
const BLOCKS = {
  names: { timeout: 'timeoutSeconds' },
  returns: 'The key, the member and its score, or `null` when the time is over.',
};
const STORES = {
  weights: 'A factor for the scores of each key, in the order of the keys; 1 by default.',
  aggregate: 'What becomes of the scores that a member has in several keys; their sum by default.',
};
const STORED =
  'How many members the destination has. What it held before is gone; without a member it does not exist.';

/** @type {import('../table-types.mjs').GroupTable} */
export const SORTED_SET = {
  BZMPOP: {
    summary:
      'Removes and gets members with the lowest or the highest scores, waiting for one. Of several sorted sets, the first that has any is taken.',
    reply: 'poppedMembers?',
    names: { timeout: 'timeoutSeconds' },
    parameters: { count: 'How many at most; 1 by default.' },
    returns: 'The key and the members that were in it, or `null` when the time is over.',
  },
  BZPOPMAX: {
    summary:
      'Removes and gets the member with the highest score, waiting for one. Of several sorted sets, the first that has any is taken.',
    reply: 'poppedMember?',
    ...BLOCKS,
  },
  BZPOPMIN: {
    summary:
      'Removes and gets the member with the lowest score, waiting for one. Of several sorted sets, the first that has any is taken.',
    reply: 'poppedMember?',
    ...BLOCKS,
  },
  ZADD: { byHand: 'an option changes the reply, and scores stand before members' },
  ZCARD: {
    summary: 'Counts the members of a sorted set; 0 when the key does not exist.',
    reply: 'integer',
  },
  ZCOUNT: {
    summary: 'Counts the members whose scores are in a range, both ends included.',
    reply: 'integer',
    types: SCORE_BOUNDS,
    parameters: BY_SCORE,
  },
  ZDIFF: { byHand: SCORED },
  ZDIFFSTORE: {
    summary: 'Stores the members of the first sorted set that are in none of the others.',
    reply: 'integer',
    returns: STORED,
  },
  ZINCRBY: {
    summary: 'Adds to the score of a member; adds the member when it is new.',
    reply: 'double',
    returns: 'The new score.',
    throws: '{ReplyError} Infinities of both signs would be added.',
  },
  ZINTER: { byHand: SCORED },
  ZINTERCARD: {
    summary: 'Counts the members that are in all of the sorted sets.',
    reply: 'integer',
    parameters: { limit: 'Count no further than this; 0 for no limit.' },
  },
  ZINTERSTORE: {
    summary: 'Stores the members that are in all of the sorted sets.',
    reply: 'integer',
    parameters: STORES,
    returns: STORED,
  },
  ZLEXCOUNT: {
    summary: `Counts the members whose names are in a range. ${SAME_SCORE}`,
    reply: 'integer',
    types: NAME_BOUNDS,
    parameters: BY_NAME,
  },
  ZMPOP: {
    summary:
      'Removes and gets members with the lowest or the highest scores, of the first sorted set that has any.',
    reply: 'poppedMembers?',
    parameters: { count: 'How many at most; 1 by default.' },
    returns: 'The key and the members that were in it, or `null` when there is none.',
  },
  ZMSCORE: {
    summary: 'Gets the scores of members, in their order; `null` for what is no member.',
    reply: 'double?s',
  },
  ZPOPMAX: { byHand: 'a count makes it a list' },
  ZPOPMIN: { byHand: 'a count makes it a list' },
  ZRANDMEMBER: { byHand: 'a count makes it a list, with scores when asked for' },
  ZRANGE: { byHand: SCORED },
  ZRANGEBYLEX: {
    summary: `Gets members by name, in their order. ${SAME_SCORE} \`zrange\` with \`bylex\` does more.`,
    reply: 'strings',
    types: NAME_BOUNDS,
    parameters: BY_NAME,
  },
  ZRANGEBYSCORE: { byHand: SCORED },
  ZRANGESTORE: {
    summary: 'Stores a range of members, with their scores: those that `zrange` gets.',
    reply: 'integer',
    names: { dst: 'destination', src: 'source' },
    parameters: {
      min: 'Of the type that the options decide; a rank without any.',
      max: 'Likewise.',
      byscore: "The ends are scores: `1`, `'(1'` without 1 itself, `'-inf'`.",
      bylex: "The ends are names: `'[a'` with `a` itself, `'(a'` without, `'-'` and `'+'` for all.",
      rev: 'From the highest to the lowest; of scores and names, the higher end is then given first.',
      limit:
        'Skip so many, then take so many at most; -1 takes all. Goes with `byscore` and `bylex` only.',
    },
    returns: STORED,
  },
  ZRANK: { byHand: 'an option changes the reply' },
  ZREM: {
    summary: 'Removes members.',
    reply: 'integer',
    returns: 'How many there were.',
  },
  ZREMRANGEBYLEX: {
    summary: `Removes members by name. ${SAME_SCORE}`,
    reply: 'integer',
    types: NAME_BOUNDS,
    parameters: BY_NAME,
    returns: 'How many there were.',
  },
  ZREMRANGEBYRANK: {
    summary:
      'Removes members by rank, both ends included; negative ranks count from the highest score.',
    reply: 'integer',
    returns: 'How many there were.',
  },
  ZREMRANGEBYSCORE: {
    summary: 'Removes members by score, both ends included.',
    reply: 'integer',
    types: SCORE_BOUNDS,
    parameters: BY_SCORE,
    returns: 'How many there were.',
  },
  ZREVRANGE: { byHand: SCORED },
  ZREVRANGEBYLEX: {
    summary: `Gets members by name, against their order. ${SAME_SCORE} \`zrange\` with \`bylex\` and \`rev\` does more.`,
    reply: 'strings',
    types: NAME_BOUNDS,
    parameters: BY_NAME,
  },
  ZREVRANGEBYSCORE: { byHand: SCORED },
  ZREVRANK: { byHand: 'an option changes the reply' },
  ZSCAN: { byHand: SCORED },
  ZSCORE: {
    summary: 'Gets the score of a member; `null` when it is none.',
    reply: 'double?',
  },
  ZUNION: { byHand: SCORED },
  ZUNIONSTORE: {
    summary: 'Stores the members that are in any of the sorted sets.',
    reply: 'integer',
    parameters: STORES,
    returns: STORED,
  },
};
