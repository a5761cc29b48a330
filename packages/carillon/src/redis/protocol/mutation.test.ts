/**
 * Corrupted and senseless streams.
 *
 * That a corrupted reply is noticed cannot be promised: a changed digit of an integer, or of a length
 * whose string happens to hold CRLF in the right place, is RESP as good as any. What can be promised,
 * and is checked here for every stream:
 *
 * 1. The decoder ends: every call of `read` gives an event or asks for more, and it throws nothing but
 *    `ProtocolError`.
 * 2. It gives exactly what the grammar gives, which a parser written the plain way says: the same
 *    replies and pushes in the same order, and a refusal at the same place. So nothing is framed
 *    wrongly in silence.
 * 3. Where the stream is cut changes nothing.
 * 4. Corruption inside a string of known length stays there: the reply behind it is intact.
 */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeAs } from './decoder.js';
import { cutAt, type DecoderEvent, decode, inPieces } from './decoding.test.support.js';
import { type PlainEvent, parsePlainly } from './plain-parser.test.support.js';
import { encodeReply } from './reply-encoder.js';
import { push, tree } from './value-trees.test.support.js';

const SETUP = { as: DecodeAs.flatMaps, pushAs: DecodeAs.flatMaps };

function withoutMessage(event: DecoderEvent): PlainEvent {
  return 'error' in event ? { error: event.error } : event;
}

function assertDecodesByTheGrammar(stream: Uint8Array, places: readonly number[]): void {
  const whole = decode([stream], SETUP);
  assert.ok(whole.reads <= whole.events.length + 1, `${whole.reads} calls of read`);
  assert.deepEqual(whole.events.map(withoutMessage), parsePlainly(stream));
  assert.deepEqual(decode(cutAt(stream, places), SETUP).events, whole.events);
  const size = Math.ceil(stream.length / 500); // byte by byte, but for the few long streams
  assert.deepEqual(decode(inPieces(stream, size), SETUP).events, whole.events);
}

const cuts = fc.array(fc.nat(), { maxLength: 8 });

/** A byte that means something somewhere in RESP, or any other. */
const telling = fc.oneof(
  fc.constantFrom(...Buffer.from('+-:$*_#,(!=%~|>;.?\r\n0123456789tf')),
  fc.nat({ max: 255 }),
);

const mutation = fc.record({
  kind: fc.constantFrom('replace', 'insert', 'remove', 'repeat', 'cut'),
  at: fc.nat(),
  length: fc.integer({ min: 1, max: 12 }),
  byte: telling,
});

type Mutation = typeof mutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(stream: Uint8Array, { kind, at, length, byte }: Mutation): Uint8Array {
  if (stream.length === 0) return stream;
  const place = at % stream.length;
  const before = stream.subarray(0, place);
  const after = stream.subarray(place);
  switch (kind) {
    case 'replace':
      return Buffer.concat([before, [byte], after.subarray(1)].map((part) => Buffer.from(part)));
    case 'insert':
      return Buffer.concat([before, [byte], after].map((part) => Buffer.from(part)));
    case 'remove':
      return Buffer.concat([before, after.subarray(length)]);
    case 'repeat':
      return Buffer.concat([before, after.subarray(0, length), after]);
    default:
      return before;
  }
}

test('a corrupted stream decodes as the grammar says, or is refused, however it is cut', () => {
  const replies = fc.array(tree(push), { minLength: 1, maxLength: 2 });
  const mutations = fc.array(mutation, { minLength: 1, maxLength: 2 });
  fc.assert(
    fc.property(replies, mutations, cuts, (samples, changes, places) => {
      const stream = Buffer.concat(samples.map((sample) => encodeReply(sample.encode)));
      assertDecodesByTheGrammar(changes.reduce(mutate, stream), places);
    }),
    { numRuns: 1000 },
  );
});

test('any sequence of RESP fragments decodes as the grammar says, or is refused', () => {
  const fragment = fc.oneof(
    {
      arbitrary: fc.constantFrom('+OK\r\n', ':1\r\n', '$1\r\na\r\n', '_\r\n', ',1.5\r\n', '#t\r\n'),
      weight: 4,
    },
    {
      arbitrary: fc.constantFrom(
        '*0\r\n',
        '*1\r\n',
        '*2\r\n',
        '%1\r\n',
        '~2\r\n',
        '|1\r\n',
        '|0\r\n',
      ),
      weight: 3,
    },
    {
      arbitrary: fc.constantFrom(
        '>1\r\n',
        '>2\r\n',
        '>?\r\n',
        '*?\r\n',
        '%?\r\n',
        '$?\r\n',
        '|?\r\n',
      ),
      weight: 3,
    },
    { arbitrary: fc.constantFrom('.\r\n', ';1\r\na\r\n', ';0\r\n'), weight: 4 },
    {
      arbitrary: fc.constantFrom(
        '-ERR a\r\n',
        '!1\r\na\r\n',
        '=5\r\ntxt:a\r\n',
        '(1\r\n',
        '$-1\r\n',
        '*-1\r\n',
      ),
      weight: 1,
    },
    { arbitrary: fc.constantFrom('*', '$', '\r\n', '1', '-', '?', ';', '$5\r\n', ':'), weight: 1 },
  );
  fc.assert(
    fc.property(fc.array(fragment, { maxLength: 25 }), cuts, (fragments, places) => {
      assertDecodesByTheGrammar(Buffer.from(fragments.join('')), places);
    }),
    { numRuns: 4000 },
  );
});

test('any bytes at all decode as the grammar says, or are refused', () => {
  const bytes = fc.array(telling, { maxLength: 40 }).map((values) => Uint8Array.from(values));
  fc.assert(fc.property(bytes, cuts, assertDecodesByTheGrammar), { numRuns: 4000 });
});

test('corruption inside a string leaves the next reply intact', () => {
  const content = fc.uint8Array({ minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(content, fc.array(mutation, { minLength: 1 }), cuts, (bytes, changes, places) => {
      const corrupted = Uint8Array.from(bytes);
      for (const { at, byte } of changes) corrupted[at % bytes.length] = byte;
      const stream = Buffer.concat([encodeReply(corrupted), encodeReply(['sentinel', 42])]);
      const { events } = decode(cutAt(stream, places));
      assert.deepEqual(events, [
        { reply: Buffer.from(corrupted).toString() },
        { reply: ['sentinel', 42] },
      ]);
    }),
  );
});
