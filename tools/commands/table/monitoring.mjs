/** What the server observes of itself: delays, memory, slow and large commands, busy keys. */

const LOG = {
  types: { type: "'SLOW' | 'LARGE-REQUEST' | 'LARGE-REPLY'" },
  parameters: { type: 'Which of the three logs.' },
};
const EVENT = { types: { event: 'string' }, parameters: { event: 'Such as `command` or `fork`.' } };

/** @type {import('../table-types.mjs').GroupTable} */
export const MONITORING = {
  'COMMANDLOG GET': { byHand: 'its entries without names become objects' },
  'COMMANDLOG LEN': {
    summary: 'Counts the entries of a log of commands.',
    reply: 'integer',
    ...LOG,
  },
  'COMMANDLOG RESET': { summary: 'Empties a log of commands.', reply: 'ok', ...LOG },
  'HOTKEYS GET': { byHand: 'its report has pairs in it' },
  'HOTKEYS RESET': {
    summary: 'Forgets what was counted of keys, after `hotkeysStop`.',
    reply: 'ok',
    throws: '{ReplyError} They are still being counted.',
  },
  'HOTKEYS START': { byHand: 'counts stand before the metrics and the slots' },
  'HOTKEYS STOP': {
    summary: 'Ends the counting; `hotkeysGet` still tells the result.',
    reply: 'ok?',
    returns: '`null` when nothing was being counted.',
  },
  'LATENCY DOCTOR': { summary: 'Gives advice about delays, for people.', reply: 'text' },
  'LATENCY GRAPH': {
    summary: 'Draws the delays of an event in letters.',
    reply: 'text',
    ...EVENT,
    throws: '{ReplyError} There is no sample of the event.',
  },
  'LATENCY HISTOGRAM': { byHand: 'its report is nested' },
  'LATENCY HISTORY': {
    summary: 'Gets the latest delays of an event, 160 at most, oldest first.',
    reply: 'timesAndDelays',
    ...EVENT,
    returns: 'Unix time in seconds and delay in milliseconds.',
  },
  'LATENCY LATEST': { byHand: 'its lists without names become objects' },
  'LATENCY RESET': {
    summary: 'Forgets the delays of events, or of all.',
    reply: 'integer',
    types: { events: 'Many<string>' },
    returns: 'Of how many events.',
  },
  'MEMORY DOCTOR': { summary: 'Gives advice about memory, for people.', reply: 'text' },
  'MEMORY MALLOC-STATS': { summary: 'Gets the report of the memory allocator.', reply: 'text' },
  'MEMORY PURGE': {
    summary: 'Asks the allocator to give memory that is not used back to the system.',
    reply: 'ok',
  },
  'MEMORY STATS': { byHand: 'its report is nested, with numbers that come as text' },
  'MEMORY USAGE': {
    summary: 'Tells how much memory a key takes with its value.',
    reply: 'integer?',
    parameters: {
      samples: 'How many nested values to look at; 5 by default, 0 looks at all.',
    },
    returns: 'Bytes; `null` when the key does not exist.',
  },
  'SLOWLOG GET': { byHand: 'its entries without names become objects' },
  'SLOWLOG LEN': { summary: 'Counts the entries of the log of slow commands.', reply: 'integer' },
  'SLOWLOG RESET': { summary: 'Empties the log of slow commands.', reply: 'ok' },
};
