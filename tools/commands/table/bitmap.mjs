/** Bits in strings. Bit 0 is the highest of the first byte. */

const BIT_OFFSET = { offset: 'In bits: 0 is the highest bit of the first byte.' };

/** @type {import('../table-types.mjs').GroupTable} */
export const BITMAP = {
  BITCOUNT: { byHand: 'start and end go together' },
  BITFIELD: { byHand: 'operations are objects' },
  BITFIELD_RO: { byHand: 'operations are objects, as those of BITFIELD' },
  BITOP: {
    summary:
      'Combines strings bit by bit into a new one; shorter ones count as if zero bits followed.',
    reply: 'integer',
    names: { destkey: 'destination' },
    parameters: {
      operation:
        '`NOT` takes one key. Redis 8.2 and later: `DIFF` has the bits of the first key that no other has, `DIFF1` those of others that the first lacks, `ANDOR` those of the first that any other has, `ONE` those that exactly one has.',
      destination: 'Where the result goes, whatever was there; deleted when the result is empty.',
    },
    returns: 'The length of the result in bytes.',
  },
  BITPOS: { byHand: 'start, end and unit go together' },
  GETBIT: {
    summary: 'Gets a bit of a string; 0 behind its end and when the key does not exist.',
    reply: 'bit',
    parameters: BIT_OFFSET,
  },
  SETBIT: {
    summary: 'Sets a bit of a string; zero bits fill a gap before it.',
    reply: 'bit',
    types: { value: '0 | 1' },
    parameters: BIT_OFFSET,
    returns: 'The old bit.',
  },
};
