/** Values to bytes, one vector for each row of the encoder's table. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { ReplyError } from '../errors/reply-error.js';
import { UsageError } from '../errors/usage-error.js';
import { Attributed, VerbatimString } from './reply.js';
import { type Encodable, encodeReply } from './reply-encoder.js';

const VECTORS: readonly (readonly [
  what: string,
  value: Encodable,
  resp3: string,
  resp2: string,
])[] = [
  ['a string', 'é', '$2\r\n\xc3\xa9\r\n', '$2\r\n\xc3\xa9\r\n'],
  ['bytes', Uint8Array.of(0, 255), '$2\r\n\x00\xff\r\n', '$2\r\n\x00\xff\r\n'],
  ['an integer', -5, ':-5\r\n', ':-5\r\n'],
  ['a 64-bit integer', 2n ** 63n - 1n, ':9223372036854775807\r\n', ':9223372036854775807\r\n'],
  ['a larger one', 2n ** 63n, '(9223372036854775808\r\n', '$19\r\n9223372036854775808\r\n'],
  ['a fraction', 1.5, ',1.5\r\n', '$3\r\n1.5\r\n'],
  ['an unsafe integer', 1e21, ',1e+21\r\n', '$5\r\n1e+21\r\n'],
  ['negative zero', -0, ',-0\r\n', '$2\r\n-0\r\n'],
  ['infinity', Number.NEGATIVE_INFINITY, ',-inf\r\n', '$4\r\n-inf\r\n'],
  ['not a number', Number.NaN, ',nan\r\n', '$3\r\nnan\r\n'],
  ['a boolean', true, '#t\r\n', ':1\r\n'],
  ['null', null, '_\r\n', '$-1\r\n'],
  ['an error', new ReplyError('ERR no'), '-ERR no\r\n', '-ERR no\r\n'],
  ['an error of two lines', new ReplyError('ERR a\nb'), '!7\r\nERR a\nb\r\n', '-ERR a b\r\n'],
  ['an array', ['a', [1]], '*2\r\n$1\r\na\r\n*1\r\n:1\r\n', '*2\r\n$1\r\na\r\n*1\r\n:1\r\n'],
  [
    'a map',
    new Map([['a', [1]]]),
    '%1\r\n$1\r\na\r\n*1\r\n:1\r\n',
    '*2\r\n$1\r\na\r\n*1\r\n:1\r\n',
  ],
  ['a set', new Set([1, 2]), '~2\r\n:1\r\n:2\r\n', '*2\r\n:1\r\n:2\r\n'],
  [
    'a verbatim string',
    new VerbatimString('txt', 'é'),
    '=6\r\ntxt:\xc3\xa9\r\n',
    '$2\r\n\xc3\xa9\r\n',
  ],
  [
    'a value with attributes',
    new Attributed(1, new Map([['a', 2]])),
    '|1\r\n$1\r\na\r\n:2\r\n:1\r\n',
    ':1\r\n',
  ],
  ['a simple string', { form: 'simple-string', text: 'OK' }, '+OK\r\n', '+OK\r\n'],
  ['a null array', { form: 'null', spelling: '*-1' }, '*-1\r\n', '*-1\r\n'],
  ['a RESP3 null', { form: 'null', spelling: '_' }, '_\r\n', '$-1\r\n'],
  ['a double that is whole', { form: 'double', value: 10 }, ',10\r\n', '$2\r\n10\r\n'],
  ['a big number that is small', { form: 'big-number', value: 1n }, '(1\r\n', '$1\r\n1\r\n'],
  ['a blob error', { form: 'blob-error', text: 'ERR x' }, '!5\r\nERR x\r\n', '-ERR x\r\n'],
  [
    'a push',
    { form: 'push', items: ['k', 1] },
    '>2\r\n$1\r\nk\r\n:1\r\n',
    '*2\r\n$1\r\nk\r\n:1\r\n',
  ],
  [
    'a streamed push',
    { form: 'push', items: ['k'], isStreamed: true },
    '>?\r\n$1\r\nk\r\n.\r\n',
    '*1\r\n$1\r\nk\r\n',
  ],
  [
    'a streamed string',
    { form: 'streamed-string', parts: ['a', '', Uint8Array.of(98)] },
    '$?\r\n;1\r\na\r\n;1\r\nb\r\n;0\r\n',
    '$2\r\nab\r\n',
  ],
  ['a streamed array', { form: 'streamed', value: [1] }, '*?\r\n:1\r\n.\r\n', '*1\r\n:1\r\n'],
  [
    'a streamed set',
    { form: 'streamed', value: new Set([1]) },
    '~?\r\n:1\r\n.\r\n',
    '*1\r\n:1\r\n',
  ],
  [
    'a streamed map',
    { form: 'streamed', value: new Map([[1, 2]]) },
    '%?\r\n:1\r\n:2\r\n.\r\n',
    '*2\r\n:1\r\n:2\r\n',
  ],
];

for (const [what, value, resp3, resp2] of VECTORS) {
  test(`${what} is encoded for both protocols`, () => {
    assert.equal(Buffer.from(encodeReply(value)).toString('latin1'), resp3);
    assert.equal(Buffer.from(encodeReply(value, { protocol: 3 })).toString('latin1'), resp3);
    assert.equal(Buffer.from(encodeReply(value, { protocol: 2 })).toString('latin1'), resp2);
  });
}

test('a push among the elements of an array is not counted', () => {
  const value: Encodable = [1, { form: 'push', items: ['k'] }, 2];
  assert.equal(Buffer.from(encodeReply(value)).toString(), '*2\r\n:1\r\n>1\r\n$1\r\nk\r\n:2\r\n');
});

test('what RESP cannot express is refused', () => {
  const push: Encodable = { form: 'push', items: ['k'] };
  const bad: readonly (() => unknown)[] = [
    () => encodeReply({ form: 'simple-string', text: 'a\nb' }),
    () => encodeReply([push], { protocol: 2 }),
    () => encodeReply(new Map([['k', push]])),
    () => encodeReply(new VerbatimString('text', 'a')),
    () => encodeReply(undefined as unknown as Encodable),
    () => encodeReply({ some: 'object' } as unknown as Encodable),
    () => encodeReply([() => 1] as unknown as Encodable),
  ];
  for (const encode of bad) {
    assert.throws(
      encode,
      (error) => error instanceof UsageError && error.code === 'INVALID_ARGUMENT',
    );
  }
});
