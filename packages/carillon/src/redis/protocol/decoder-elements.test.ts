/** Replies of which each element is decoded in its own way, as the reply to EXEC needs it. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import { ReplyError, WrongTypeError } from '../errors/reply-error.js';
import { DecodeAs, Decoder, INCOMPLETE } from './decoder.js';
import {
  cutAt,
  type DecoderEvent,
  type DecodeSetup,
  decode,
  inPieces,
} from './decoding.test.support.js';
import { Attributed, type Reply } from './reply.js';

const { text, bytes, flatMaps, bigints } = DecodeAs;
const buffer = (content: string) => Buffer.from(content, 'latin1');

interface Case {
  readonly wire: string;
  readonly elementsAs: readonly number[];
  readonly expected: readonly DecoderEvent[];
  readonly setup?: DecodeSetup;
}

const reply = (...values: Reply[]): DecoderEvent[] => values.map((value) => ({ reply: value }));

const CASES: Readonly<Record<string, Case>> = {
  'text and bytes in turn': {
    wire: '*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n',
    elementsAs: [text, bytes, text],
    expected: reply(['a', buffer('b'), 'c']),
  },
  'bytes first': {
    wire: '*2\r\n$1\r\na\r\n$1\r\nb\r\n',
    elementsAs: [bytes, text],
    expected: reply([buffer('a'), 'b']),
  },
  'strings longer than a chunk of the test': {
    wire: `*2\r\n$40\r\n${'x'.repeat(40)}\r\n$40\r\n${'y'.repeat(40)}\r\n`,
    elementsAs: [text, bytes],
    expected: reply(['x'.repeat(40), buffer('y'.repeat(40))]),
  },
  'an aggregate and what follows it, under RESP2': {
    wire: '*3\r\n*2\r\n$1\r\nf\r\n*1\r\n$1\r\nv\r\n$1\r\na\r\n*0\r\n',
    elementsAs: [bytes, text, bytes],
    expected: reply([[buffer('f'), [buffer('v')]], 'a', []]),
  },
  'maps, flat and not, under RESP3': {
    wire: '*3\r\n%1\r\n$1\r\nf\r\n%1\r\n$1\r\ng\r\n:1\r\n%1\r\n$1\r\nf\r\n$1\r\nv\r\n~1\r\n$1\r\nm\r\n',
    elementsAs: [flatMaps, text, bytes],
    expected: reply([['f', ['g', 1]], new Map([['f', 'v']]), [buffer('m')]]),
  },
  'integers as bigints and as numbers in turn': {
    wire: '*4\r\n:1\r\n*2\r\n:2\r\n:3\r\n:4\r\n%1\r\n$1\r\nf\r\n:5\r\n',
    elementsAs: [bigints, text, bigints, bytes | flatMaps | bigints],
    expected: reply([1n, [2, 3], 4n, [buffer('f'), 5n]]),
  },
  'a push between integers that are bigints': {
    wire: '*2\r\n:1\r\n>2\r\n+unsubscribe\r\n:7\r\n:2\r\n',
    elementsAs: [bigints, bigints],
    expected: [{ push: ['unsubscribe', 7] }, ...reply([1n, 2n])],
  },
  'errors and nulls among the elements': {
    wire: '*4\r\n-WRONGTYPE no\r\n$-1\r\n_\r\n$1\r\na\r\n',
    elementsAs: [bytes, bytes, text, bytes],
    expected: reply([new WrongTypeError('WRONGTYPE no'), null, null, buffer('a')]),
  },
  'null instead of the array, under RESP2': {
    wire: '*-1\r\n',
    elementsAs: [bytes],
    expected: reply(null),
  },
  'null instead of the array, under RESP3': {
    wire: '_\r\n',
    elementsAs: [bytes],
    expected: reply(null),
  },
  'an error instead of the array': {
    wire: '-EXECABORT no\r\n',
    elementsAs: [bytes],
    expected: reply(new ReplyError('EXECABORT no')),
  },
  'an array without elements': { wire: '*0\r\n', elementsAs: [], expected: reply([]) },
  'more elements than were told about': {
    wire: '*3\r\n$1\r\na\r\n$1\r\nb\r\n$1\r\nc\r\n',
    elementsAs: [text],
    expected: reply(['a', buffer('b'), buffer('c')]),
    setup: { as: bytes },
  },
  'a push between the elements': {
    wire: '*2\r\n$1\r\na\r\n>2\r\n+message\r\n$1\r\np\r\n$1\r\nb\r\n',
    elementsAs: [text, bytes],
    expected: [{ push: ['message', 'p'] }, ...reply(['a', buffer('b')])],
  },
  'a push of which the payload is an array, before the reply': {
    wire: '>2\r\n+invalidate\r\n*1\r\n$1\r\np\r\n*1\r\n$1\r\na\r\n',
    elementsAs: [bytes],
    expected: [{ push: ['invalidate', ['p']] }, ...reply([buffer('a')])],
  },
  'attributes in front of an element': {
    wire: '*2\r\n$1\r\na\r\n|1\r\n+ttl\r\n:1\r\n$1\r\nb\r\n',
    elementsAs: [text, bytes],
    expected: reply(['a', new Attributed(buffer('b'), new Map([['ttl', 1]]))]),
    setup: { attributes: 'attach' },
  },
  'a streamed array': {
    wire: '*?\r\n$1\r\na\r\n$1\r\nb\r\n.\r\n',
    elementsAs: [text, bytes],
    expected: reply(['a', buffer('b')]),
  },
};

for (const [name, { wire, elementsAs, expected, setup }] of Object.entries(CASES)) {
  describe(`${name}: each element in its own way`, () => {
    const stream = buffer(wire);

    test('in one piece', () => {
      assert.deepEqual(decode([stream], { ...setup, elementsAs }).events, expected);
    });

    test('cut at any byte', () => {
      for (let place = 1; place < stream.length; place++) {
        const { events } = decode(cutAt(stream, [place]), { ...setup, elementsAs });
        assert.deepEqual(events, expected, `cut at ${place}`);
      }
    });

    test('byte by byte', () => {
      assert.deepEqual(decode(inPieces(stream, 1), { ...setup, elementsAs }).events, expected);
    });
  });
}

test('the ways of one reply are not those of the next', () => {
  const decoder = new Decoder();
  decoder.feed(buffer('*1\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n*2\r\n$1\r\nc\r\n$1\r\nd\r\n'));

  assert.deepEqual(decoder.read(text, [bytes]), [buffer('a')]);
  assert.deepEqual(decoder.read(text), ['b']);
  assert.deepEqual(decoder.read(text, [text, bytes]), ['c', buffer('d')]);
  assert.equal(decoder.read(), INCOMPLETE);
});

test('a streamed array longer than the limit is refused, however its elements are decoded', () => {
  const decoder = new Decoder({ maxAggregateLength: 2 });
  decoder.feed(buffer('*?\r\n:1\r\n:2\r\n:3\r\n.\r\n'));

  assert.throws(() => decoder.read(text, [text, bytes, text]), { code: 'LIMIT_EXCEEDED' });
});
