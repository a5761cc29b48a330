/** Every RESP type as bytes and as the value it stands for; every wrong form as its error. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { describe, test } from 'node:test';
import type { ProtocolErrorCode } from '../errors/protocol-error.js';
import { AuthError, MaxClientsError, ReplyError, WrongTypeError } from '../errors/reply-error.js';
import { DecodeAs } from './decoder.js';
import {
  cutAt,
  type DecoderEvent,
  type DecodeSetup,
  decode,
  inPieces,
} from './decoding.test.support.js';
import { Attributed, type Reply, VerbatimString } from './reply.js';

type Vector = readonly [wire: string, expected: Reply, setup?: DecodeSetup];

const BYTES: DecodeSetup = { as: DecodeAs.bytes };
const EXACT: DecodeSetup = { as: DecodeAs.exactText };
const FLAT: DecodeSetup = { as: DecodeAs.flatMaps };
const BIGINTS: DecodeSetup = { as: DecodeAs.bigints };
const ATTACH: DecodeSetup = { attributes: 'attach' };
const SETS: DecodeSetup = { sets: 'set' };
const TAGGED: DecodeSetup = { verbatim: 'tagged' };

const attributes = (...entries: [Reply, Reply][]) => new Map<Reply, Reply>(entries);
const bytes = (text: string) => Buffer.from(text, 'latin1');

const VECTORS: Readonly<Record<string, readonly Vector[]>> = {
  'simple string': [
    ['+OK\r\n', 'OK'],
    ['+\r\n', ''],
    ['+QUEUED\r\n', 'QUEUED'],
    ['+a\tb c\r\n', 'a\tb c'],
    ['+OK\r\n', 'OK', BYTES],
    ['+\xc3\xa9\r\n', 'é'],
  ],
  'simple error': [
    ['-ERR no such thing\r\n', new ReplyError('ERR no such thing')],
    ['-\r\n', new ReplyError('')],
    ['-WRONGTYPE Operation\r\n', new WrongTypeError('WRONGTYPE Operation')],
    [
      '-ERR max number of clients reached\r\n',
      new MaxClientsError('ERR max number of clients reached'),
    ],
    ['-NOAUTH x\r\n', new AuthError('NOAUTH x'), BYTES],
  ],
  integer: [
    [':0\r\n', 0],
    [':-0\r\n', 0],
    [':+7\r\n', 7],
    [':-1024\r\n', -1024],
    [':999999999999999\r\n', 999_999_999_999_999],
    [':9007199254740991\r\n', Number.MAX_SAFE_INTEGER],
    [':9007199254740992\r\n', 9007199254740992n],
    [':-9007199254740991\r\n', Number.MIN_SAFE_INTEGER],
    [':9223372036854775807\r\n', 9223372036854775807n],
    [':-9223372036854775808\r\n', -9223372036854775808n],
    [':00000000000000000000000000000012\r\n', 12],
  ],
  'integer as a bigint': [
    [':0\r\n', 0n, BIGINTS],
    [':-0\r\n', 0n, BIGINTS],
    [':+7\r\n', 7n, BIGINTS],
    [':-1024\r\n', -1024n, BIGINTS],
    [':999999999999999\r\n', 999_999_999_999_999n, BIGINTS],
    [':9007199254740991\r\n', 9007199254740991n, BIGINTS],
    [':9007199254740992\r\n', 9007199254740992n, BIGINTS],
    [':-9223372036854775808\r\n', -9223372036854775808n, BIGINTS],
    ['*3\r\n:1\r\n*2\r\n:2\r\n$1\r\n3\r\n~1\r\n:4\r\n', [1n, [2n, '3'], [4n]], BIGINTS],
    ['%1\r\n:1\r\n%1\r\n+two\r\n:2\r\n', new Map([[1n, new Map([['two', 2n]])]]), BIGINTS],
    [
      '%1\r\n$1\r\nk\r\n:1\r\n',
      [bytes('k'), 1n],
      { as: DecodeAs.bytes | DecodeAs.flatMaps | DecodeAs.bigints },
    ],
    ['*?\r\n:1\r\n.\r\n', [1n], BIGINTS],
    ['*4\r\n,1\r\n#t\r\n$-1\r\n(5\r\n', [1, true, null, 5n], BIGINTS],
    [
      '|1\r\n+ttl\r\n:9\r\n:1\r\n',
      new Attributed(1n, attributes(['ttl', 9n])),
      { ...ATTACH, ...BIGINTS },
    ],
  ],
  'bulk string': [
    ['$5\r\nhello\r\n', 'hello'],
    ['$0\r\n\r\n', ''],
    ['$2\r\n\r\n\r\n', '\r\n'],
    ['$6\r\n\xc3\xa9\xe2\x82\xac!\r\n', 'é€!'],
    ['$4\r\n\xf0\x9f\x94\x94\r\n', '🔔'],
    ['$2\r\n\xff\x00\r\n', '\ufffd\0'],
    ['$005\r\nhello\r\n', 'hello'],
    ['$2\r\n\xff\x00\r\n', bytes('\xff\x00'), BYTES],
    ['$0\r\n\r\n', bytes(''), BYTES],
  ],
  'exact text': [
    ['$5\r\nhello\r\n', 'hello', EXACT],
    ['$0\r\n\r\n', '', EXACT],
    ['$6\r\n\xc3\xa9\xe2\x82\xac!\r\n', 'é€!', EXACT],
    ['$4\r\n\xf0\x9f\x94\x94\r\n', '🔔', EXACT],
    ['$4\r\n\xef\xbb\xbfa\r\n', '\ufeffa', EXACT],
    ['$2\r\n\xff\x00\r\n', bytes('\xff\x00'), EXACT],
    ['$3\r\n\xef\xbf\xbd\r\n', bytes('\xef\xbf\xbd'), EXACT],
    ['$3\r\n\xed\xa0\x80\r\n', bytes('\xed\xa0\x80'), EXACT],
    ['$2\r\n\xc0\x80\r\n', bytes('\xc0\x80'), EXACT],
    ['=6\r\ntxt:\xc3\xa9\r\n', 'é', EXACT],
    ['=5\r\ntxt:\xc3\r\n', bytes('\xc3'), EXACT],
    ['$?\r\n;1\r\n\xc3\r\n;1\r\n\xa9\r\n;0\r\n', 'é', EXACT],
    ['$?\r\n;1\r\n\xc3\r\n;0\r\n', bytes('\xc3'), EXACT],
    ['$-1\r\n', null, EXACT],
    ['*2\r\n$1\r\na\r\n*2\r\n$1\r\n\xff\r\n:1\r\n', ['a', [bytes('\xff'), 1]], EXACT],
  ],
  null: [
    ['$-1\r\n', null],
    ['*-1\r\n', null],
    ['_\r\n', null],
    ['_\r\n', null, BYTES],
  ],
  array: [
    ['*0\r\n', []],
    ['*2\r\n$3\r\nfoo\r\n:1\r\n', ['foo', 1]],
    ['*3\r\n*1\r\n*0\r\n*-1\r\n$-1\r\n', [[[]], null, null]],
    ['*2\r\n-ERR inner\r\n+OK\r\n', [new ReplyError('ERR inner'), 'OK']],
    ['*2\r\n$1\r\na\r\n*1\r\n$1\r\nb\r\n', [bytes('a'), [bytes('b')]], BYTES],
  ],
  boolean: [
    ['#t\r\n', true],
    ['#f\r\n', false],
  ],
  double: [
    [',1.25\r\n', 1.25],
    [',10\r\n', 10],
    [',-0\r\n', -0],
    [',.5\r\n', 0.5],
    [',1e-7\r\n', 1e-7],
    [',+1.5E+3\r\n', 1500],
    [',inf\r\n', Number.POSITIVE_INFINITY],
    [',-inf\r\n', Number.NEGATIVE_INFINITY],
    [',nan\r\n', Number.NaN],
    [',-nan\r\n', Number.NaN],
  ],
  'big number': [
    [
      '(3492890328409238509324850943850943825024385\r\n',
      3492890328409238509324850943850943825024385n,
    ],
    ['(-1\r\n', -1n],
    ['(+0\r\n', 0n],
  ],
  'blob error': [
    ['!21\r\nSYNTAX invalid syntax\r\n', new ReplyError('SYNTAX invalid syntax')],
    ['!8\r\nERR a\r\nb\r\n', new ReplyError('ERR a\r\nb')],
    ['!0\r\n\r\n', new ReplyError(''), BYTES],
  ],
  'verbatim string': [
    ['=15\r\ntxt:Some string\r\n', 'Some string'],
    ['=4\r\ntxt:\r\n', ''],
    ['=6\r\nmkd:\xc3\xa9\r\n', 'é'],
    ['=6\r\nmkd:\xc3\xa9\r\n', bytes('\xc3\xa9'), BYTES],
    ['=6\r\nmkd:\xc3\xa9\r\n', new VerbatimString('mkd', 'é'), TAGGED],
  ],
  map: [
    ['%0\r\n', new Map()],
    ['%0\r\n', [], FLAT],
    ['%2\r\n+first\r\n:1\r\n+second\r\n:2\r\n', attributes(['first', 1], ['second', 2])],
    ['%2\r\n+first\r\n:1\r\n+second\r\n:2\r\n', ['first', 1, 'second', 2], FLAT],
    ['%1\r\n*1\r\n:1\r\n%1\r\n_\r\n#t\r\n', [[1], [null, true]], FLAT],
    [
      '%1\r\n$1\r\nk\r\n$1\r\nv\r\n',
      [bytes('k'), bytes('v')],
      { as: DecodeAs.bytes | DecodeAs.flatMaps },
    ],
  ],
  set: [
    ['~0\r\n', []],
    ['~2\r\n+a\r\n:1\r\n', ['a', 1]],
    ['~2\r\n+a\r\n:1\r\n', new Set<Reply>(['a', 1]), SETS],
    ['~0\r\n', new Set<Reply>(), SETS],
  ],
  attribute: [
    ['|1\r\n+ttl\r\n:3600\r\n$3\r\nabc\r\n', 'abc'],
    ['|0\r\n:1\r\n', 1],
    ['|0\r\n:1\r\n', 1, ATTACH],
    ['|1\r\n+a\r\n*1\r\n:1\r\n|1\r\n+b\r\n:2\r\n#t\r\n', true],
    ['*2\r\n|1\r\n+a\r\n:1\r\n:5\r\n:6\r\n', [5, 6]],
    ['|1\r\n|1\r\n+x\r\n:0\r\n+a\r\n:1\r\n_\r\n', null],
    [
      '|1\r\n+ttl\r\n:3600\r\n$3\r\nabc\r\n',
      new Attributed('abc', attributes(['ttl', 3600])),
      ATTACH,
    ],
    [
      '|1\r\n+a\r\n:1\r\n|2\r\n+b\r\n:2\r\n+a\r\n:3\r\n:9\r\n',
      new Attributed(9, attributes(['a', 3], ['b', 2])),
      ATTACH,
    ],
    [
      '*2\r\n:1\r\n|1\r\n+a\r\n:1\r\n*1\r\n:2\r\n',
      [1, new Attributed([2], attributes(['a', 1]))],
      ATTACH,
    ],
    [
      '%1\r\n+k\r\n|1\r\n+a\r\n:1\r\n+v\r\n',
      ['k', new Attributed('v', attributes(['a', 1]))],
      { ...ATTACH, ...FLAT },
    ],
    [
      '|1\r\n+a\r\n|1\r\n+deep\r\n:1\r\n:2\r\n+x\r\n',
      new Attributed('x', attributes(['a', new Attributed(2, attributes(['deep', 1]))])),
      ATTACH,
    ],
  ],
  'streamed string': [
    ['$?\r\n;4\r\nHell\r\n;5\r\no wor\r\n;1\r\nd\r\n;0\r\n', 'Hello word'],
    ['$?\r\n;0\r\n', ''],
    ['$?\r\n;1\r\n\xc3\r\n;1\r\n\xa9\r\n;0\r\n', 'é'],
    ['$?\r\n;1\r\n\xc3\r\n;1\r\n\xa9\r\n;0\r\n', bytes('\xc3\xa9'), BYTES],
    ['*2\r\n$?\r\n;1\r\na\r\n;0\r\n+b\r\n', ['a', 'b']],
  ],
  'streamed aggregate': [
    ['*?\r\n:1\r\n:2\r\n.\r\n', [1, 2]],
    ['*?\r\n.\r\n', []],
    ['~?\r\n+a\r\n*?\r\n.\r\n.\r\n', ['a', []]],
    ['~?\r\n+a\r\n.\r\n', new Set<Reply>(['a']), SETS],
    ['%?\r\n+a\r\n:1\r\n+b\r\n:2\r\n.\r\n', attributes(['a', 1], ['b', 2])],
    ['%?\r\n+a\r\n:1\r\n.\r\n', ['a', 1], FLAT],
    ['|?\r\n+a\r\n:1\r\n.\r\n+x\r\n', new Attributed('x', attributes(['a', 1])), ATTACH],
  ],
};

type PushVector = readonly [wire: string, expected: readonly DecoderEvent[], setup?: DecodeSetup];

const PUSH_VECTORS: Readonly<Record<string, PushVector>> = {
  'before a reply': ['>2\r\n+kind\r\n:1\r\n+OK\r\n', [{ push: ['kind', 1] }, { reply: 'OK' }]],
  'alone, with nothing but its kind': ['>1\r\n$4\r\nkind\r\n', [{ push: ['kind'] }]],
  'between the elements of an array': [
    '*2\r\n:1\r\n>2\r\n+message\r\n*1\r\n:9\r\n:2\r\n',
    [{ push: ['message', [9]] }, { reply: [1, 2] }],
  ],
  'in front of the first and behind an inner array': [
    '*2\r\n>1\r\n+a\r\n*1\r\n>1\r\n+b\r\n:1\r\n>1\r\n+c\r\n:2\r\n',
    [{ push: ['a'] }, { push: ['b'] }, { push: ['c'] }, { reply: [[1], 2] }],
  ],
  'between a key and its value': [
    '%1\r\n+k\r\n>1\r\n+p\r\n+v\r\n',
    [{ push: ['p'] }, { reply: ['k', 'v'] }],
    FLAT,
  ],
  'between the parts of a streamed string': [
    '$?\r\n;1\r\na\r\n>1\r\n+p\r\n;1\r\nb\r\n;0\r\n',
    [{ push: ['p'] }, { reply: 'ab' }],
  ],
  'inside attributes, inside a push, inside a set': [
    '|1\r\n+a\r\n>2\r\n+p\r\n>1\r\n+q\r\n:1\r\n:2\r\n~1\r\n>1\r\n+r\r\n:3\r\n',
    [{ push: ['q'] }, { push: ['p', 1] }, { push: ['r'] }, { reply: [3] }],
  ],
  streamed: ['>?\r\n+kind\r\n:1\r\n.\r\n+OK\r\n', [{ push: ['kind', 1] }, { reply: 'OK' }]],
  'with attributes, which are not the next reply’s': [
    '|1\r\n+a\r\n:1\r\n>1\r\n|1\r\n+b\r\n:1\r\n+p\r\n+OK\r\n',
    [{ push: ['p'], attributes: attributes(['a', 1]) }, { reply: 'OK' }],
    ATTACH,
  ],
  'as bytes but for its kind': [
    '>3\r\n$7\r\nmessage\r\n$1\r\nc\r\n$1\r\nd\r\n$1\r\nx\r\n',
    [{ push: ['message', bytes('c'), bytes('d')] }, { reply: 'x' }],
    { pushAs: DecodeAs.bytes },
  ],
};

type BadVector = readonly [wire: string, code?: ProtocolErrorCode, setup?: DecodeSetup];

const BAD_VECTORS: Readonly<Record<string, BadVector>> = {
  'an unknown type': ['hello\r\n'],
  'an empty line': ['\r\n'],
  'a length that is no number': ['$abc\r\n'],
  'a length with a sign': ['$+5\r\nhello\r\n'],
  'a length without digits': ['*\r\n'],
  'a length below -1': ['$-2\r\n'],
  'a null of more digits': ['*-11\r\n'],
  'a null set': ['~-1\r\n'],
  'a null map': ['%-1\r\n'],
  'a null verbatim string': ['=-1\r\n'],
  'a streamed blob error': ['!?\r\n'],
  'a length of more than 32 digits': [`$${'0'.repeat(33)}\r\n\r\n`],
  'a header that ends in LF': ['$5\nhello\r\n'],
  'a header that ends in CR CR': ['*1\r\r\n'],
  'a string longer than it says': ['$3\r\nabcd\r\n'],
  'a string shorter than it says': ['$5\r\nabc\r\n+OK\r\n'],
  'a string followed by LF': ['$3\r\nabc\n\n'],
  'a string followed by CR CR': ['$3\r\nabc\r\r'],
  'a line with a lone CR': ['+a\rb\r\n'],
  'a line with a lone LF': ['+a\nb\r\n'],
  'an integer with a letter': [':12a\r\n'],
  'an integer without digits': [':\r\n'],
  'an integer that is only a sign': [':-\r\n'],
  'an integer of two signs': [':--1\r\n'],
  'an integer of 65 bits': [':9223372036854775808\r\n'],
  'an integer of 65 bits for a bigint': [':9223372036854775808\r\n', 'MALFORMED', BIGINTS],
  'an integer of more than 32 digits': [`:${'1'.repeat(33)}\r\n`],
  'a boolean that is neither': ['#x\r\n'],
  'a boolean of two letters': ['#tt\r\n'],
  'a null with content': ['_x\r\n'],
  'a double that is a word': [',infinity\r\n'],
  'a double in hexadecimal': [',0x10\r\n'],
  'an empty double': [',\r\n'],
  'a double with a space': [', 1\r\n'],
  'a big number with a point': ['(1.5\r\n'],
  'an empty big number': ['(\r\n'],
  'a verbatim string without a format': ['=3\r\ntxt\r\n'],
  'a verbatim string without a colon': ['=5\r\ntxt=a\r\n'],
  'a push without a kind': ['>0\r\n'],
  'a push whose kind is a number': ['>1\r\n:1\r\n'],
  'a streamed push without a kind': ['>?\r\n.\r\n'],
  'the end of nothing': ['.\r\n'],
  'the end of an array that has a length': ['*1\r\n.\r\n'],
  'a streamed map that ends after a key': ['%?\r\n+a\r\n.\r\n'],
  'an attribute before the end of its array': ['*?\r\n|0\r\n.\r\n'],
  'an attribute before the part of a string': ['$?\r\n|0\r\n;0\r\n'],
  'a part of a string outside of one': [';1\r\na\r\n'],
  'a number inside a streamed string': ['$?\r\n:1\r\n'],
  'a streamed string that ends like an array': ['$?\r\n.\r\n'],
  'a string beyond the limit': ['$11\r\n', 'LIMIT_EXCEEDED', { maxBulkBytes: 10 }],
  'a length beyond all limits': [`$${'9'.repeat(32)}\r\n`, 'LIMIT_EXCEEDED'],
  'a whole string beyond the limit': ['$3\r\nabc\r\n', 'LIMIT_EXCEEDED', { maxBulkBytes: 2 }],
  'parts that together are beyond the limit': [
    '$?\r\n;2\r\nab\r\n;2\r\ncd\r\n;0\r\n',
    'LIMIT_EXCEEDED',
    { maxBulkBytes: 3 },
  ],
  'an array beyond the limit': ['*3\r\n', 'LIMIT_EXCEEDED', { maxAggregateLength: 2 }],
  'a map beyond the limit': ['%2\r\n', 'LIMIT_EXCEEDED', { maxAggregateLength: 3 }],
  'a streamed array beyond the limit': [
    '*?\r\n:1\r\n:2\r\n:3\r\n',
    'LIMIT_EXCEEDED',
    { maxAggregateLength: 2 },
  ],
  'attributes beyond the limit in all': [
    '|1\r\n+a\r\n:1\r\n|1\r\n+b\r\n:1\r\n',
    'LIMIT_EXCEEDED',
    { maxAggregateLength: 3, attributes: 'attach' },
  ],
  'too deep an array': ['*1\r\n*1\r\n*1\r\n', 'LIMIT_EXCEEDED', { maxDepth: 2 }],
  'too long a line': ['+abcd\r\n', 'LIMIT_EXCEEDED', { maxLineBytes: 3 }],
  'too long a line without an end': ['-abcd', 'LIMIT_EXCEEDED', { maxLineBytes: 3 }],
};

/** A reply that is read correctly only when everything before it was framed correctly. */
const SENTINEL = '*2\r\n$8\r\nsentinel\r\n:42\r\n';
const SENTINEL_EVENT: DecoderEvent = { reply: ['sentinel', 42] };
/** The same for the ways of decoding that change it. */
function sentinelFor(setup: DecodeSetup | undefined): DecoderEvent {
  const as = setup?.as ?? 0;
  const text = (as & DecodeAs.exactText) === DecodeAs.bytes ? bytes('sentinel') : 'sentinel';
  return { reply: [text, (as & DecodeAs.bigints) === 0 ? 42 : 42n] };
}

function everyChunking(stream: Uint8Array): Iterable<Uint8Array>[] {
  const cuts = Array.from({ length: stream.length - 1 }, (_, index) => cutAt(stream, [index + 1]));
  return [[stream], ...cuts, inPieces(stream, 1), inPieces(stream, 2), inPieces(stream, 3)];
}

for (const [type, vectors] of Object.entries(VECTORS)) {
  describe(type, () => {
    for (const [wire, expected, setup] of vectors) {
      test(`${JSON.stringify(wire)} reads the same however it is cut`, () => {
        const stream = bytes(wire + SENTINEL);
        const events = [{ reply: expected }, sentinelFor(setup)];
        for (const chunks of everyChunking(stream)) {
          assert.deepEqual(decode(chunks, setup).events, events);
        }
      });
    }
  });
}

describe('push', () => {
  for (const [place, [wire, expected, setup]] of Object.entries(PUSH_VECTORS)) {
    test(`a push ${place} is handed over in its place`, () => {
      const stream = bytes(wire + SENTINEL);
      for (const chunks of everyChunking(stream)) {
        assert.deepEqual(decode(chunks, setup).events, [...expected, SENTINEL_EVENT]);
      }
    });
  }
});

describe('malformed or excessive', () => {
  for (const [what, [wire, code = 'MALFORMED', setup]] of Object.entries(BAD_VECTORS)) {
    test(`${what} is refused with the same error however it is cut`, () => {
      const whole = decode([bytes(`+OK\r\n${wire}`)], setup).events;
      assert.deepEqual(whole[0], { reply: 'OK' });
      assert.deepEqual(
        whole.slice(1).map((event) => ('error' in event ? event.error : event)),
        [code],
      );
      for (const chunks of everyChunking(bytes(`+OK\r\n${wire}${SENTINEL}`))) {
        assert.deepEqual(decode(chunks, setup).events, whole);
      }
    });
  }
});
