/** Vector sets: elements by the likeness of their vectors. */

/** @type {import('../table-types.mjs').GroupTable} */
export const VECTOR_SET = {
  VADD: { byHand: 'a vector takes one argument or many, and an option stands before it' },
  VCARD: {
    summary: 'Counts the elements of a vector set; 0 when the key does not exist.',
    reply: 'integer',
  },
  VDIM: {
    summary: 'Counts the dimensions of the vectors of a vector set.',
    reply: 'integer',
    throws: '{ReplyError} The key does not exist.',
  },
  VEMB: { byHand: 'an option changes the reply' },
  VGETATTR: {
    summary: 'Gets the attributes of an element: JSON.',
    reply: 'string?',
    returns: '`null` when it has none, or there is no such element.',
  },
  VINFO: { byHand: 'its report has a type of its own' },
  VISMEMBER: { summary: 'Tells whether there is such an element.', reply: 'boolean' },
  VLINKS: { byHand: 'an option changes the reply' },
  VRANDMEMBER: { byHand: 'a count makes it a list', plan: '. .?', reader: 'strings' },
  VRANGE: {
    summary: 'Gets elements by name, in their order.',
    reply: 'strings',
    types: { start: 'Key', end: 'Key' },
    parameters: {
      start: "`'[a'` with `a` itself, `'(a'` without, or `'-'`.",
      end: "`'[a'` with `a` itself, `'(a'` without, or `'+'`.",
      count: 'How many at most; all by default.',
    },
  },
  VREM: {
    summary: 'Removes an element.',
    reply: 'boolean',
    returns: 'Whether there was one.',
  },
  VSETATTR: {
    summary: 'Gives an element other attributes.',
    reply: 'boolean',
    types: { json: 'string' },
    parameters: { json: 'The server takes any text, but filters by JSON only; empty for none.' },
    returns: 'Tells whether there is such an element.',
  },
  VSIM: { byHand: 'each option changes the reply' },
};
