/** Commands to bytes: every kind of argument, batches, large chunks, refusals. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { UsageError } from '../errors/usage-error.js';
import { CommandHead } from './command-head.js';
import { DecodeAs } from './decoder.js';
import { decode } from './decoding.test.support.js';
import { type Argument, CommandEncoder } from './encoder.js';

const GET = new CommandHead('GET');
const SET = new CommandHead('SET');

function bytesOf(chunks: readonly (string | Uint8Array)[]): Buffer {
  return Buffer.concat(
    chunks.map((chunk) => (typeof chunk === 'string' ? Buffer.from(chunk, 'latin1') : chunk)),
  );
}

function encoded(head: CommandHead, args: readonly Argument[]): string {
  const encoder = new CommandEncoder();
  encoder.encode(head, args);
  return bytesOf(encoder.take()).toString('latin1');
}

test('a command is an array of bulk strings', () => {
  assert.equal(encoded(new CommandHead('PING'), []), '*1\r\n$4\r\nPING\r\n');
  assert.equal(encoded(GET, ['key']), '*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n');
  assert.equal(encoded(GET, ['']), '*2\r\n$3\r\nGET\r\n$0\r\n\r\n');
  assert.equal(encoded(GET, ['a\r\nb']), '*2\r\n$3\r\nGET\r\n$4\r\na\r\nb\r\n');
});

test('a command of several words sends each as a string of its own', () => {
  const head = new CommandHead('CLIENT', 'SETNAME');
  assert.equal(head.name, 'CLIENT SETNAME');
  assert.equal(encoded(head, ['x']), '*3\r\n$6\r\nCLIENT\r\n$7\r\nSETNAME\r\n$1\r\nx\r\n');
});

test('a word is neither split nor trusted to be ASCII', () => {
  assert.equal(encoded(new CommandHead('a b'), []), '*1\r\n$3\r\na b\r\n');
  assert.equal(encoded(new CommandHead('é'), []), '*1\r\n$2\r\n\xc3\xa9\r\n');
});

test('any number of arguments is counted right', () => {
  for (const count of [0, 1, 7, 8, 9, 100, 1000]) {
    const args = Array.from({ length: count }, (_, index) => `k${index}`);
    const { events } = decode([Buffer.from(encoded(GET, args))]);
    assert.deepEqual(events, [{ reply: ['GET', ...args] }]);
  }
});

test('numbers are written as JavaScript does, infinities as Redis does', () => {
  const written: [number | bigint, string][] = [
    [0, '0'],
    [-0, '0'],
    [42, '42'],
    [-1, '-1'],
    [1.5, '1.5'],
    [1e21, '1e+21'],
    [5e-324, '5e-324'],
    [Number.MAX_SAFE_INTEGER, '9007199254740991'],
    [Number.POSITIVE_INFINITY, 'inf'],
    [Number.NEGATIVE_INFINITY, '-inf'],
    [12345678901234567890n, '12345678901234567890'],
    [-1n, '-1'],
  ];
  for (const [value, text] of written) {
    assert.equal(encoded(GET, [value]), `*2\r\n$3\r\nGET\r\n$${text.length}\r\n${text}\r\n`);
  }
});

test('strings are sent as UTF-8 with their length in bytes', () => {
  assert.equal(encoded(GET, ['é€']), '*2\r\n$3\r\nGET\r\n$5\r\n\xc3\xa9\xe2\x82\xac\r\n');
  assert.equal(encoded(GET, ['🔔']), '*2\r\n$3\r\nGET\r\n$4\r\n\xf0\x9f\x94\x94\r\n');
});

test('a lone surrogate becomes U+FFFD', () => {
  for (const text of ['\ud83d', '\udd14', '\udd14\ud83d']) {
    const replaced = '\xef\xbf\xbd'.repeat(text.length);
    assert.equal(encoded(GET, [text]), `*2\r\n$3\r\nGET\r\n$${replaced.length}\r\n${replaced}\r\n`);
  }
});

test('bytes are sent as they are', () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  const text = Buffer.from(all).toString('latin1');
  assert.equal(encoded(GET, [all]), `*2\r\n$3\r\nGET\r\n$256\r\n${text}\r\n`);
  assert.equal(encoded(GET, [all.subarray(65, 68)]), '*2\r\n$3\r\nGET\r\n$3\r\nABC\r\n');
});

test('large bytes are handed on uncopied, in their place', () => {
  const value = Buffer.alloc(100_000, 0xff);
  const encoder = new CommandEncoder();
  encoder.encode(SET, ['key', value, 'EX', 60]);
  encoder.encode(GET, ['key']);
  const length = encoder.pendingLength;
  const chunks = encoder.take();
  assert.ok(chunks.includes(value));
  assert.equal(bytesOf(chunks).length, length);
  assert.deepEqual(decode([bytesOf(chunks)], { as: DecodeAs.bytes }).events, [
    { reply: ['SET', 'key', value, 'EX', '60'].map((part) => Buffer.from(part)) },
    { reply: ['GET', 'key'].map((part) => Buffer.from(part)) },
  ]);
});

test('a large string becomes a chunk of its own, in UTF-8', () => {
  const texts = ['a'.repeat(100_000), 'é'.repeat(100_000), `${'a'.repeat(99_999)}🔔`];
  texts.push(`🔔${'a'.repeat(99_999)}`, '🔔'.repeat(30_000), `é${'a'.repeat(99_999)}🔔`);
  for (const text of texts) {
    const encoder = new CommandEncoder();
    encoder.encode(SET, [text, 'é', text]);
    const length = encoder.pendingLength;
    const chunks = encoder.take();
    assert.equal(bytesOf(chunks).length, length);
    assert.ok(chunks.some((chunk) => chunk.length === Buffer.byteLength(text)));
    assert.deepEqual(decode([bytesOf(chunks)]).events, [{ reply: ['SET', text, 'é', text] }]);
  }
});

test('a string of any size around the limits is encoded right', () => {
  for (const limit of [16 * 1024, Math.floor((4 * 1024 * 1024) / 3)]) {
    for (let size = limit - 6; size < limit + 6; size++) {
      for (const end of ['', 'é', '€', '🔔', '\ud83d']) {
        const text = 'a'.repeat(size - end.length) + end;
        const encoder = new CommandEncoder();
        encoder.encode(GET, [text]);
        const [event] = decode([bytesOf(encoder.take())], { as: DecodeAs.bytes }).events;
        const sent = event !== undefined && 'reply' in event ? (event.reply as Buffer[])[1] : null;
        assert.ok(sent?.equals(Buffer.from(text)), `${size} characters with ${end}`);
      }
    }
  }
});

test('large strings keep their bytes until they are written, then make room for others', () => {
  let isWritten = false;
  const encoder = new CommandEncoder(() => isWritten);
  const texts = ['a', 'b', 'c', 'd'].map((letter) => letter.repeat(20_000));
  const encode = (text: string) => encoder.encode(GET, [text]);
  texts.slice(0, 2).forEach(encode);
  const first = encoder.take();
  texts.slice(2, 3).forEach(encode);
  isWritten = true; // what was taken; the third is still in the batch
  texts.slice(3).forEach(encode);
  const second = encoder.take();

  assert.deepEqual(
    decode([bytesOf(first), bytesOf(second)]).events,
    texts.map((text) => ({ reply: ['GET', text] })),
  );

  encode('e'.repeat(20_000));
  const memory = [...first, ...encoder.take()].flatMap((chunk) =>
    typeof chunk !== 'string' && chunk.length === 20_000 ? [chunk.buffer] : [],
  );
  assert.equal(memory.length, 3);
  assert.equal(new Set(memory).size, 1, 'no fresh memory');
});

test('commands queue in order, and taking them empties the batch', () => {
  const encoder = new CommandEncoder();
  assert.equal(encoder.pendingLength, 0);
  assert.deepEqual(encoder.take(), []);
  encoder.encode(GET, ['a']);
  encoder.encode(GET, ['b']);
  assert.equal(encoder.pendingLength, 40);
  assert.deepEqual(encoder.take(), [
    '*2\r\n$3\r\nGET\r\n$1\r\na\r\n*2\r\n$3\r\nGET\r\n$1\r\nb\r\n',
  ]);
  assert.equal(encoder.pendingLength, 0);
  assert.deepEqual(encoder.take(), []);
});

test('an argument of another type is refused by position and leaves the batch untouched', () => {
  const bad = [
    [null, 'null'],
    [undefined, 'undefined'],
    [true, 'boolean'],
    [Number.NaN, 'NaN'],
    [{ password: 'secret' }, 'object'],
    [['a'], 'object'],
    [new Uint16Array(1), 'object'],
    [() => 'x', 'function'],
    [Symbol('s'), 'symbol'],
  ] as const;
  const before = [['a'], ['x'.repeat(20_000)], ['a', Buffer.alloc(5_000)]];
  for (const [argument, type] of bad) {
    for (const good of before) {
      const encoder = new CommandEncoder();
      encoder.encode(GET, ['kept']);
      const args = [...good, argument, 'x'.repeat(20_000)] as unknown as Argument[];
      assert.throws(
        () => encoder.encode(new CommandHead('CONFIG', 'SET'), args),
        (error) => {
          assert.ok(error instanceof UsageError);
          assert.equal(error.code, 'INVALID_ARGUMENT');
          assert.equal(error.command, 'CONFIG SET');
          assert.match(error.message, new RegExp(`^argument ${good.length + 1} of CONFIG SET `));
          assert.match(error.message, new RegExp(`not ${type}$`));
          assert.doesNotMatch(error.message, /secret/);
          return true;
        },
      );
      assert.deepEqual(encoder.take(), ['*2\r\n$3\r\nGET\r\n$4\r\nkept\r\n']);
    }
  }
});

test('a sparse list of arguments is refused, not sent short', () => {
  const args: Argument[] = new Array<Argument>(2);
  assert.throws(() => new CommandEncoder().encode(GET, args), /argument 1 of GET/);
  args[1] = Buffer.alloc(5_000);
  assert.throws(() => new CommandEncoder().encode(GET, args), /argument 1 of GET/);
  args.reverse();
  assert.throws(() => new CommandEncoder().encode(GET, args), /argument 2 of GET/);
});

test('commands that are encoded together are all there, or none when one is refused', () => {
  const encoder = new CommandEncoder();
  const large = 'x'.repeat(20_000);
  encoder.encode(SET, ['kept', large]);
  const length = encoder.pendingLength;

  assert.throws(
    () =>
      encoder.together(() => {
        encoder.encode(SET, ['a', large]);
        encoder.encode(SET, ['b', 1]);
        encoder.encode(SET, ['c', Number.NaN]);
      }),
    UsageError,
  );
  assert.equal(encoder.pendingLength, length);
  encoder.together(() => {
    encoder.encode(GET, ['d']);
    encoder.encode(GET, ['e']);
  });

  const { events } = decode([bytesOf(encoder.take())]);
  assert.deepEqual(events, [
    { reply: ['SET', 'kept', large] },
    { reply: ['GET', 'd'] },
    { reply: ['GET', 'e'] },
  ]);
});

test('whatever the arguments, the server would read them back', () => {
  const long = fc.tuple(fc.constantFrom('a', 'é', '🔔'), fc.integer({ min: 900, max: 20_000 }));
  const argument = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.string({ unit: 'binary-ascii' }),
    fc.uint8Array(),
    fc.maxSafeInteger(),
    fc.bigInt(),
    long.map(([unit, size]) => unit.repeat(size)),
    fc.integer({ min: 900, max: 5_000 }).map((size) => Buffer.alloc(size, 'é')),
  );
  const commands = fc.array(fc.array(argument, { maxLength: 12 }), { maxLength: 5 });
  fc.assert(
    fc.property(commands, (batch) => {
      const encoder = new CommandEncoder();
      for (const args of batch) encoder.encode(SET, args);
      const length = encoder.pendingLength;
      const bytes = bytesOf(encoder.take());
      assert.equal(bytes.length, length);
      const { events } = decode([bytes], { as: DecodeAs.bytes });
      const expected = batch.map((args) => {
        const sent = args.map((value) => {
          return typeof value === 'object' ? Buffer.from(value) : Buffer.from(String(value));
        });
        return { reply: [Buffer.from('SET'), ...sent] };
      });
      assert.deepEqual(events, expected);
    }),
    { numRuns: 150 },
  );
});
