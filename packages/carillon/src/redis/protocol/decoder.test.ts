/** The decoder's contract with its caller: borrowing, flags, limits, errors, work done. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { ProtocolError } from '../errors/protocol-error.js';
import { UsageError } from '../errors/usage-error.js';
import { DecodeAs, Decoder, INCOMPLETE } from './decoder.js';
import { decode, inPieces } from './decoding.test.support.js';
import type { Reply } from './reply.js';
import { encodeReply } from './reply-encoder.js';

const MIB = 1024 * 1024;

function decoderFed(wire: string): Decoder {
  const decoder = new Decoder();
  decoder.feed(Buffer.from(wire, 'latin1'));
  return decoder;
}

test('a decoder that was fed nothing is incomplete', () => {
  assert.equal(new Decoder().read(), INCOMPLETE);
  assert.equal(decoderFed('').read(), INCOMPLETE);
});

test('each reply of a chunk is decoded as its own command asks', () => {
  const decoder = decoderFed('$1\r\na\r\n$1\r\nb\r\n%1\r\n+k\r\n:1\r\n%1\r\n+k\r\n:1\r\n');
  assert.equal(decoder.read(DecodeAs.text), 'a');
  assert.deepEqual(decoder.read(DecodeAs.bytes), Buffer.from('b'));
  assert.deepEqual(decoder.read(DecodeAs.flatMaps), ['k', 1]);
  assert.deepEqual(decoder.read(), new Map([['k', 1]]));
  assert.equal(decoder.read(), INCOMPLETE);
});

test('a push between cut replies leaves the flags of the reply behind it alone', () => {
  const pushes: Reply[][] = [];
  const decoder = new Decoder({ onPush: (push) => pushes.push(push) });
  decoder.feed(Buffer.from('>2\r\n+message\r\n$1\r'));
  assert.equal(decoder.read(DecodeAs.text), INCOMPLETE);
  decoder.feed(Buffer.from('\na\r\n$1\r\nb\r\n'));
  assert.equal(decoder.read(DecodeAs.text), 'b');
  assert.deepEqual(pushes, [['message', 'a']]);
});

test('the kind of a push is text, also where replies are read as bytes', () => {
  const pushes: Reply[][] = [];
  const decoder = new Decoder({ onPush: (push) => pushes.push(push) });
  decoder.feed(Buffer.from('>2\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nb\r\n'));

  assert.deepEqual(decoder.read(DecodeAs.bytes), Buffer.from('b'));
  assert.deepEqual(pushes, [['message', 'a']]);
});

test('pushes without a taker are dropped', () => {
  const decoder = decoderFed('>1\r\n+invalidate\r\n*2\r\n:1\r\n>1\r\n+x\r\n:2\r\n');
  assert.deepEqual(decoder.read(), [1, 2]);
});

test('a push is handed over as soon as it is complete, before the array around it', () => {
  const pushes: Reply[][] = [];
  const decoder = new Decoder({ onPush: (push) => pushes.push(push) });
  decoder.feed(Buffer.from('*2\r\n:1\r\n>1\r\n+x\r\n'));
  assert.equal(decoder.read(), INCOMPLETE);
  assert.deepEqual(pushes, [['x']]);
  decoder.feed(Buffer.from(':2\r\n'));
  assert.deepEqual(decoder.read(), [1, 2]);
});

test('a taker of pushes that throws loses nothing but its push', () => {
  const decoder = new Decoder({
    onPush: () => {
      throw new Error('taker');
    },
  });
  decoder.feed(Buffer.from('*2\r\n:1\r\n>1\r\n+x\r\n:2\r\n'));
  assert.throws(() => decoder.read(), /taker/);
  assert.deepEqual(decoder.read(), [1, 2]);
});

test('bytes of any size own their memory', () => {
  for (const size of [0, 1, 100, 1023, 1024, 70_000]) {
    const chunk = Buffer.concat([encodeReply(Buffer.alloc(size, 'a')), encodeReply('b')]);
    const decoder = new Decoder();
    decoder.feed(chunk);
    const value = decoder.read(DecodeAs.bytes);
    chunk.fill('x');
    assert.deepEqual(value, Buffer.alloc(size, 'a'));
  }
});

test('a large value pins nothing but itself, whole or cut', () => {
  const wire = encodeReply(Buffer.alloc(100_000, 'a'));
  for (const pieceSize of [wire.length, 40_000, 99_999]) {
    const { events } = decode(inPieces(wire, pieceSize), { as: DecodeAs.bytes });
    assert.deepEqual(events, [{ reply: Buffer.alloc(100_000, 'a') }]);
    const [event] = events;
    const value = event !== undefined && 'reply' in event ? event.reply : null;
    assert.equal((value as Uint8Array).buffer.byteLength, 100_000);
  }
});

test('texts that are cut one after the other do not share the place they were collected in', () => {
  const wires = ['first', 'second', 'third and longest'].map((text) => encodeReply(text));
  const { events } = decode(inPieces(Buffer.concat(wires), 4));
  assert.deepEqual(events, [
    { reply: 'first' },
    { reply: 'second' },
    { reply: 'third and longest' },
  ]);
});

test('strings of every length come out the same whatever surrounds them', () => {
  for (const filler of ['a', 'é', '\0']) {
    const values = Array.from({ length: 600 }, (_, size) => filler.repeat(size));
    const decoder = new Decoder();
    decoder.feed(encodeReply(values));
    assert.deepEqual(decoder.read(), values);
    decoder.feed(Buffer.concat(values.map((value) => encodeReply(value))));
    for (const value of values) assert.equal(decoder.read(), value);
  }
});

test('a text value is the same whether it is ASCII or not, small or large, whole or cut', () => {
  for (const size of [10, 1024, 3 * MIB]) {
    for (const value of ['a'.repeat(size), `${'a'.repeat(size)}é`]) {
      const wire = encodeReply(value);
      const { events } = decode(inPieces(wire, 65_536));
      assert.deepEqual(events, [{ reply: value }]);
    }
  }
});

test('after malformed bytes every further use gives the same error', () => {
  const decoder = decoderFed('+OK\r\n?\r\n+OK\r\n');
  assert.equal(decoder.read(), 'OK');
  let first: unknown;
  assert.throws(
    () => decoder.read(),
    (error) => {
      first = error;
      return error instanceof ProtocolError && error.code === 'MALFORMED';
    },
  );
  assert.throws(
    () => decoder.read(),
    (error) => error === first,
  );
  assert.throws(
    () => decoder.feed(Buffer.from('+OK\r\n')),
    (error) => error === first,
  );
});

test('an error names the wrong byte and shows no content', () => {
  assert.throws(() => decoderFed('$6\r\nsecretsecret').read(), {
    message: 'cannot decode the reply: expected CRLF after a string, got byte 0x73',
  });
});

test('a chunk is refused while the one before is not read to its end', () => {
  const decoder = decoderFed('+a\r\n+b\r\n');
  assert.equal(decoder.read(), 'a');
  assert.throws(
    () => decoder.feed(Buffer.from('+c\r\n')),
    (error) => error instanceof UsageError && error.code === 'INVALID_ARGUMENT',
  );
  assert.equal(decoder.read(), 'b');
});

test('a limit that is no positive integer is refused', () => {
  for (const maxDepth of [0, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY]) {
    assert.throws(
      () => new Decoder({ maxDepth }),
      (error) => error instanceof UsageError && error.code === 'INVALID_OPTION',
    );
  }
});

test('what reaches a limit exactly is accepted', () => {
  const limits = { maxDepth: 2, maxBulkBytes: 3, maxAggregateLength: 4, maxLineBytes: 5 };
  const wires = [
    ['*1\r\n*1\r\n:1\r\n', [[1]]],
    ['$3\r\nabc\r\n', 'abc'],
    ['$?\r\n;1\r\na\r\n;2\r\nbc\r\n;0\r\n', 'abc'],
    ['*4\r\n:1\r\n:2\r\n:3\r\n:4\r\n', [1, 2, 3, 4]],
    ['*?\r\n:1\r\n:2\r\n:3\r\n:4\r\n.\r\n', [1, 2, 3, 4]],
    ['%2\r\n:1\r\n:2\r\n:3\r\n:4\r\n', [1, 2, 3, 4]],
    ['+abcde\r\n', 'abcde'],
  ] as const;
  for (const [wire, expected] of wires) {
    for (const size of [1, wire.length]) {
      const setup = { ...limits, as: DecodeAs.flatMaps };
      const { events } = decode(inPieces(Buffer.from(wire), size), setup);
      assert.deepEqual(events, [{ reply: expected }]);
    }
  }
});

test('aggregates one behind the other do not add up in depth', () => {
  const wire = `*?\r\n${'*1\r\n:1\r\n>1\r\n+p\r\n|0\r\n$?\r\n;0\r\n'.repeat(10)}.\r\n`;
  const { events } = decode([Buffer.from(wire)], { maxDepth: 2 });
  const reply = Array.from({ length: 10 }, () => [[1], '']).flat(1);
  assert.deepEqual(events.at(-1), { reply });
});

test('by default a reply nests as deep as a Lua script of Redis can make it', () => {
  const depth = 7_995;
  const { events } = decode([Buffer.from(`${'*1\r\n'.repeat(depth - 1)}*0\r\n`)]);
  let levels = 0;
  const [event] = events;
  let value: Reply | undefined = event !== undefined && 'reply' in event ? event.reply : null;
  for (; Array.isArray(value); value = value[0]) levels++;
  assert.equal(levels, depth);
});

test('a text too long for the engine is refused when it is announced', () => {
  assert.throws(
    () => decoderFed(`$${512 * MIB}\r\n`).read(),
    (error) => error instanceof ProtocolError && error.code === 'LIMIT_EXCEEDED',
  );
  assert.equal(decoderFed(`$${512 * MIB}\r\n`).read(DecodeAs.bytes), INCOMPLETE);
});

test('a header of any length reserves next to nothing', () => {
  const headers = [
    [`$${512 * MIB}\r\n`, DecodeAs.bytes],
    [`$${511 * MIB}\r\n`, DecodeAs.text],
    [`!${512 * MIB}\r\n`, DecodeAs.text],
    [`$?\r\n;${512 * MIB}\r\n`, DecodeAs.text],
    [`*${2 ** 26}\r\n`, DecodeAs.text],
    [`%${2 ** 25}\r\n`, DecodeAs.text],
  ] as const;
  for (const [header, as] of headers) {
    const before = process.memoryUsage();
    const decoder = decoderFed(`${header}`);
    assert.equal(decoder.read(as), INCOMPLETE);
    const after = process.memoryUsage();
    const reserved = after.arrayBuffers - before.arrayBuffers + after.heapTotal - before.heapTotal;
    assert.ok(reserved < 4 * MIB, `${JSON.stringify(header)} took ${reserved} bytes`);
  }
});

test('a large value takes memory in step with what has arrived', () => {
  const decoder = decoderFed(`$${500 * MIB}\r\n`);
  decoder.read(DecodeAs.bytes);
  const piece = Buffer.alloc(64 * 1024);
  const before = process.memoryUsage().arrayBuffers;
  for (let arrived = 0; arrived < 4 * MIB; arrived += piece.length) {
    decoder.feed(piece);
    assert.equal(decoder.read(DecodeAs.bytes), INCOMPLETE);
  }
  const taken = process.memoryUsage().arrayBuffers - before;
  assert.ok(taken < 4 * MIB * 10, `${taken} bytes for 4 MiB`);
});

test('a million elements in pieces of 1 KiB are each looked at once', () => {
  const element = Buffer.from('$5\r\nvalue\r\n');
  const count = 1_000_000;
  const stream = Buffer.concat([Buffer.from(`*${count}\r\n`), Buffer.alloc(count * 11, element)]);
  const { events, reads } = decode(inPieces(stream, 1024));
  const [event] = events;
  const value = event !== undefined && 'reply' in event ? event.reply : null;
  assert.ok(Array.isArray(value) && value.length === count);
  assert.ok(value.every((item) => item === 'value'));
  assert.equal(reads, Math.ceil(stream.length / 1024) + 1);
});

test('a value of 16 MiB in pieces of 1 KiB is put together without moving it at each', () => {
  const content = Buffer.alloc(16 * MIB, 'abcdefgh');
  for (const as of [DecodeAs.bytes, DecodeAs.text]) {
    const { events } = decode(inPieces(encodeReply(content), 1024), { as });
    const expected = as === DecodeAs.bytes ? content : content.toString();
    const [event] = events;
    assert.ok(event !== undefined && 'reply' in event);
    assert.ok(
      typeof expected === 'string'
        ? event.reply === expected
        : expected.equals(event.reply as Uint8Array),
    );
  }
});

test('a line that trickles in is scanned once', () => {
  const text = 'x'.repeat(60_000);
  const { events } = decode(inPieces(Buffer.from(`+${text}\r\n`), 1));
  assert.deepEqual(events, [{ reply: text }]);
});
