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

  // What users have stored.
  string: { type: 'S', reader: 'strings' },
  'string?': { type: 'S | null', reader: 'strings' },
  strings: { type: 'S[]', reader: 'strings' },
  'strings?': { type: 'S[] | null', reader: 'strings' },
  'string?s': { type: '(S | null)[]', reader: 'strings' },
  'keyAndElement?': { type: '[key: S, element: S] | null', reader: 'strings' },
  record: { type: 'Fields<S>', reader: 'record' },
  textRecord: { type: 'Fields<string>', reader: 'textRecord' },

  // Numbers.
  integer: { type: 'number', reader: 'integers' },
  'integer?': { type: 'number | null', reader: 'integers' },
  integers: { type: 'number[]', reader: 'integers' },
  'integer?s': { type: '(number | null)[]', reader: 'integers' },
  double: { type: 'number', reader: 'doubles' },
  'double?': { type: 'number | null', reader: 'doubles' },
  'double?s': { type: '(number | null)[]', reader: 'doubles' },
  secondsAndMicroseconds: { type: '[seconds: number, microseconds: number]', reader: 'doubles' },
  timesAndDelays: { type: '[unixTimeSeconds: number, milliseconds: number][]', reader: 'integers' },
  boolean: { type: 'boolean', reader: 'boolean' },

  raw: { type: 'Reply', reader: 'raw' },
};
