/** Whatever is encoded decodes to itself, in both protocols and in any chunking. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import fc from 'fast-check';
import { DecodeAs } from './decoder.js';
import { cutAt, type DecoderEvent, decode } from './decoding.test.support.js';
import { Attributed, type Reply } from './reply.js';
import { encodeReply } from './reply-encoder.js';
import { push, type Sample, tree } from './value-trees.test.support.js';

/** A value with the wrappers taken off that the decoder was not asked to make. */
function withoutAttributes(value: Reply): Reply {
  if (value instanceof Attributed) return withoutAttributes(value.value);
  if (Array.isArray(value)) return value.map(withoutAttributes);
  if (value instanceof Map) {
    return new Map([...value].map(([key, item]) => [key, withoutAttributes(item)]));
  }
  return value;
}

function flattened(value: Reply): Reply {
  if (Array.isArray(value)) return value.map(flattened);
  if (value instanceof Map) return [...value].flatMap(([key, item]) => [key, flattened(item)]);
  return value;
}

const cuts = fc.array(fc.nat(), { maxLength: 20 });

function eventsOf(drawn: Sample, reply: Reply): DecoderEvent[] {
  return [...drawn.pushes.map((push) => ({ push })), { reply }, { reply: 'end' }];
}

test('a RESP3 value tree decodes to itself, with attributes attached and pushes in stream order', () => {
  fc.assert(
    fc.property(tree(push), cuts, (drawn, places) => {
      const stream = Buffer.concat([encodeReply(drawn.encode), encodeReply('end')]);
      const setup = { attributes: 'attach', verbatim: 'tagged' } as const;
      const { events } = decode(cutAt(stream, places), setup);
      const pushed = events.filter((event) => 'push' in event).map((event) => event.push);
      const replies = events.filter((event) => !('push' in event));
      assert.deepEqual(pushed, drawn.pushes);
      assert.deepEqual(replies, [{ reply: drawn.resp3 }, { reply: 'end' }]);
    }),
    { numRuns: 1500 },
  );
});

test('skipped attributes leave no trace, and flat maps look as in RESP2', () => {
  fc.assert(
    fc.property(tree(), cuts, (drawn, places) => {
      const stream = Buffer.concat([encodeReply(drawn.encode), encodeReply('end')]);
      const setup = { verbatim: 'tagged', as: DecodeAs.flatMaps } as const;
      const expected = flattened(withoutAttributes(drawn.resp3));
      assert.deepEqual(decode(cutAt(stream, places), setup).events, eventsOf(drawn, expected));
    }),
    { numRuns: 1000 },
  );
});

test('a value tree decodes to its nearest equivalent in RESP2', () => {
  fc.assert(
    fc.property(tree(), cuts, (drawn, places) => {
      const options = { protocol: 2 } as const;
      const stream = Buffer.concat([
        encodeReply(drawn.encode, options),
        encodeReply('end', options),
      ]);
      assert.deepEqual(decode(cutAt(stream, places)).events, eventsOf(drawn, drawn.resp2));
    }),
    { numRuns: 1000 },
  );
});

test('bytes come back unchanged, whatever they are', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 3000 }), { maxLength: 5 }),
      cuts,
      (values, places) => {
        const { events } = decode(cutAt(encodeReply(values), places), { as: DecodeAs.bytes });
        assert.deepEqual(events, [{ reply: values.map((value) => Buffer.from(value)) }]);
      },
    ),
  );
});
