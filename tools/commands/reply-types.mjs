/**
 * What replies are to a user: for each name that the tables give, the type of the value and how the
 * client reads it (a name in `redis/commands/replies.ts`). `S` is text or bytes.
 */

/** @typedef {{ type: string, reader: string }} ReplyType */

/** @type {Readonly<Record<string, ReplyType>>} */
export const REPLY_TYPES = {
  // Of the server's own making, always text.
  ok: { type: "'OK'", reader: 'status' },
  'ok?': { type: "'OK' | null", reader: 'status' },
  text: { type: 'string', reader: 'text' },
  'text?': { type: 'string | null', reader: 'text' },
  texts: { type: 'string[]', reader: 'text' },
  'text?s': { type: '(string | null)[]', reader: 'text' },
  bytes: { type: 'Uint8Array', reader: 'bytes' },

  // What users have stored.
  string: { type: 'S', reader: 'strings' },
  'string?': { type: 'S | null', reader: 'strings' },
  strings: { type: 'S[]', reader: 'strings' },
  'strings?': { type: 'S[] | null', reader: 'strings' },
  'string?s': { type: '(S | null)[]', reader: 'strings' },
  'keyAndElement?': { type: '[key: S, element: S] | null', reader: 'strings' },
  'poppedMember?': {
    type: '[key: S, member: S, score: number] | null',
    reader: 'poppedMember',
  },
  'poppedMembers?': {
    type: '[key: S, members: [member: S, score: number][]] | null',
    reader: 'poppedMembers',
  },
  'keyAndElements?': { type: '[key: S, elements: S[]] | null', reader: 'strings' },
  scannedKeys: { type: '[cursor: string, keys: S[]]', reader: 'page' },
  scannedMembers: { type: '[cursor: string, members: S[]]', reader: 'page' },
  'bytes?': { type: 'Uint8Array | null', reader: 'bytes' },
  record: { type: 'Fields<S>', reader: 'record' },
  textRecord: { type: 'Fields<string>', reader: 'textRecord' },

  // Numbers.
  integer: { type: 'number', reader: 'integers' },
  'integer?': { type: 'number | null', reader: 'integers' },
  integers: { type: 'number[]', reader: 'integers' },
  localAndReplicas: { type: '[local: number, replicas: number]', reader: 'integers' },
  'integer?s': { type: '(number | null)[]', reader: 'integers' },
  integersByName: { type: 'Fields<number>', reader: 'textRecord' },
  double: { type: 'number', reader: 'doubles' },
  'double?': { type: 'number | null', reader: 'doubles' },
  'double?s': { type: '(number | null)[]', reader: 'doubles' },
  bit: { type: '0 | 1', reader: 'integers' },
  secondsAndMicroseconds: { type: '[seconds: number, microseconds: number]', reader: 'doubles' },
  timesAndDelays: { type: '[unixTimeSeconds: number, milliseconds: number][]', reader: 'integers' },
  boolean: { type: 'boolean', reader: 'boolean' },

  raw: { type: 'Reply', reader: 'raw' },
};
