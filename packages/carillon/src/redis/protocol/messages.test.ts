/** Messages read in one go are what the decoder makes of them element by element. */
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { DecodeAs, Decoder, INCOMPLETE } from './decoder.js';
import {
  cutAt,
  type DecoderEvent,
  type DecodeSetup,
  decode,
  inPieces,
} from './decoding.test.support.js';
import type { Reply } from './reply.js';

/** An element of a frame: a string of any bytes, or a number. */
type Part = string | Uint8Array | number;

const PROTOCOLS = [2, 3] as const;
type Protocol = (typeof PROTOCOLS)[number];

function frame(protocol: Protocol, parts: readonly Part[]): Buffer {
  const elements = parts.map((part) => {
    if (typeof part === 'number') return Buffer.from(`:${part}\r\n`);
    const bytes = Buffer.from(part as string);
    return Buffer.concat([Buffer.from(`$${bytes.length}\r\n`), bytes, Buffer.from('\r\n')]);
  });
  return Buffer.concat([
    Buffer.from(`${protocol === 2 ? '*' : '>'}${parts.length}\r\n`),
    ...elements,
  ]);
}

/** Bytes as `exactText` has them, by Node's own strict decoder. */
function exact(part: Part): Reply {
  if (typeof part === 'number') return part;
  const bytes = Buffer.from(part as string);
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    return text.includes('\ufffd') ? bytes : text;
  } catch {
    return bytes;
  }
}

function expected(
  protocol: Protocol,
  parts: readonly Part[],
  payloadsAsBytes: boolean,
): DecoderEvent {
  const items = parts.map((part, i) => {
    const isKind = i === 0 && protocol === 3;
    const isPayload = i === parts.length - 1 && typeof part !== 'number' && !isKind;
    return isPayload && payloadsAsBytes ? Buffer.from(part as string) : exact(part);
  });
  return protocol === 2 ? { reply: items } : { push: items };
}

function setupOf(payloadsAsBytes: boolean): DecodeSetup {
  return { as: DecodeAs.exactText, pushAs: DecodeAs.exactText, payloadsAsBytes };
}

const NAMES: readonly (string | Uint8Array)[] = [
  'news',
  'n',
  '',
  'é',
  '\u{1f514} bell',
  'a \ufffd of its own',
  Uint8Array.of(0xff, 0xfe),
  'line\r\nend',
  'x'.repeat(64),
  'x'.repeat(65),
  `${'x'.repeat(63)}é`,
];

const FRAMES: readonly (readonly Part[])[] = [
  ...NAMES.flatMap((name) => [
    ['message', name, 'payload'],
    ['message', 'news', name],
    ['smessage', name, name],
    ['pmessage', 'news*', name, name],
    ['pmessage', name, 'news', 'payload'],
    ['subscribe', name, 1],
  ]),
  ['message', 'news', 'payload'],
  ['unsubscribe', 'news', 0],
  ['message'],
  ['message', 'news'],
  ['message', 'news', 'payload', 'and more'],
  ['pmessage', 'news', 'payload'],
  ['massage', 'news', 'payload'],
  ['message', 'news', 'a\r\n$3\r\nb'],
];

for (const protocol of PROTOCOLS) {
  for (const payloadsAsBytes of [false, true]) {
    const payloads = payloadsAsBytes ? 'bytes' : 'text where it is text';

    test(`RESP${protocol}, payloads as ${payloads}: a frame cut at any byte reads as a whole one`, () => {
      for (const parts of FRAMES) {
        const stream = Buffer.concat([
          frame(protocol, ['message', 'before', 'é']),
          frame(protocol, parts),
          frame(protocol, ['message', 'news', 'after']),
        ]);
        const events = [['message', 'before', 'é'], parts, ['message', 'news', 'after']].map(
          (each) => expected(protocol, each, payloadsAsBytes),
        );
        const setup = setupOf(payloadsAsBytes);
        assert.deepEqual(decode([stream], setup).events, events);
        for (let size = 1; size <= 3; size++) {
          assert.deepEqual(decode(inPieces(stream, size), setup).events, events);
        }
        for (let cut = 1; cut < stream.length; cut++) {
          assert.deepEqual(decode(cutAt(stream, [cut]), setup).events, events, `cut at ${cut}`);
        }
      }
    });
  }
}

/** Strings that repeat, differ in little, share their place in a table, or are no text. */
const string: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  fc.constantFrom(...NAMES),
  fc.string({ unit: fc.constantFrom('a', 'b', 'é', '\ufffd'), maxLength: 4 }),
  fc.uint8Array({ maxLength: 3 }),
  fc.integer({ min: 1, max: 6_000 }).map((size) => 'v'.repeat(size)),
);
const parts: fc.Arbitrary<readonly Part[]> = fc.oneof(
  { arbitrary: fc.tuple(fc.constantFrom('message', 'smessage'), string, string), weight: 6 },
  { arbitrary: fc.tuple(fc.constant('pmessage'), string, string, string), weight: 3 },
  { arbitrary: fc.tuple(fc.constant('subscribe'), string, fc.nat()), weight: 1 },
);
const cuts = fc.array(fc.nat(), { maxLength: 6 });

test('any run of messages, however it is cut, gives names and payloads exactly', () => {
  fc.assert(
    fc.property(
      fc.array(parts, { maxLength: 30 }),
      fc.constantFrom(...PROTOCOLS),
      fc.boolean(),
      cuts,
      (frames, protocol, payloadsAsBytes, places) => {
        const stream = Buffer.concat(frames.map((each) => frame(protocol, each)));
        const { events } = decode(cutAt(stream, places), setupOf(payloadsAsBytes));
        assert.deepEqual(
          events,
          frames.map((each) => expected(protocol, each, payloadsAsBytes)),
        );
      },
    ),
    { numRuns: 500 },
  );
});

test('a corrupted run of messages reads the same whole as byte by byte', () => {
  const damage = fc.record({
    at: fc.nat(),
    removed: fc.nat({ max: 3 }),
    added: fc.array(fc.constantFrom(...Buffer.from('\r\n$*>|3471-?ma\xff')), { maxLength: 3 }),
  });
  fc.assert(
    fc.property(
      fc.array(parts, { minLength: 1, maxLength: 4 }),
      fc.array(damage, { minLength: 1, maxLength: 2 }),
      fc.constantFrom(...PROTOCOLS),
      fc.boolean(),
      (frames, damages, protocol, payloadsAsBytes) => {
        let stream: Buffer = Buffer.concat(frames.map((each) => frame(protocol, each)));
        for (const { at, removed, added } of damages) {
          const place = at % stream.length;
          stream = Buffer.concat([
            stream.subarray(0, place),
            Buffer.from(added),
            stream.subarray(place + removed),
          ]);
        }
        const setup = setupOf(payloadsAsBytes);
        assert.deepEqual(
          decode([stream], setup).events,
          decode(inPieces(stream, Math.ceil(stream.length / 500)), setup).events,
        );
      },
    ),
    { numRuns: 2_000 },
  );
});

test('limits hold for messages too, and what reaches one exactly is accepted', () => {
  const limits: readonly DecodeSetup[] = [
    { maxBulkBytes: 7 },
    { maxBulkBytes: 6 },
    { maxBulkBytes: 8, maxAggregateLength: 3 },
    { maxAggregateLength: 2 },
    { maxAggregateLength: 4 },
    { maxDepth: 1 },
  ];
  for (const protocol of PROTOCOLS) {
    for (const each of FRAMES) {
      for (const inside of ['', '*2\r\n:1\r\n']) {
        if (inside !== '' && protocol === 2) continue;
        const stream = Buffer.concat([Buffer.from(inside), frame(protocol, each)]);
        for (const limit of limits) {
          const setup = { ...setupOf(false), ...limit };
          assert.deepEqual(
            decode([stream], setup).events,
            decode(inPieces(stream, 1), setup).events,
          );
        }
      }
    }
  }
});

test('a length may be padded as far as anywhere else', () => {
  for (const [digits, isRead] of [
    [1, true],
    [9, true],
    [10, true],
    [32, true],
    [33, false],
  ] as const) {
    const head = '>3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n';
    const stream = Buffer.from(`${head}$${'1'.padStart(digits, '0')}\r\nx\r\n`);
    const { events } = decode([stream], setupOf(false));
    assert.deepEqual(events, decode(inPieces(stream, 1), setupOf(false)).events);
    const message = { push: ['message', 'news', 'x'] };
    if (isRead) assert.deepEqual(events, [message]);
    else assert.notDeepEqual(events, [message]);
  }
});

test('only a whole reply is a message: not part of one, and not what has a form for each element', () => {
  const message = frame(2, ['message', 'news', 'x']);
  const array = Buffer.concat([Buffer.from('*2\r\n'), message, Buffer.from(':1\r\n')]);
  const elementsAs = [DecodeAs.bytes, DecodeAs.text, DecodeAs.text];
  for (const [wire, reply, setup] of [
    [message, ['message', 'news', Buffer.from('x')], {}],
    [array, [['message', 'news', 'x'], 1], {}],
    [message, [Buffer.from('message'), 'news', 'x'], { elementsAs }],
  ] as const) {
    for (const pieceSize of [1, wire.length]) {
      const { events } = decode(inPieces(wire, pieceSize), { ...setupOf(true), ...setup });
      assert.deepEqual(events, [{ reply }]);
    }
  }
});

test('what is kept of a push has room for its elements and no more', () => {
  setFlagsFromString('--expose-gc');
  const collectGarbage = runInNewContext('gc') as () => void;
  const count = 20_000;
  const kept: Reply[][] = [];
  const decoder = new Decoder({ onPush: (push) => kept.push(push) });
  const chunk = Buffer.concat(Array(count).fill(frame(3, ['subscribe', 'a', 1])));

  collectGarbage();
  const before = process.memoryUsage().heapUsed;
  decoder.feed(chunk);
  assert.equal(decoder.read(), INCOMPLETE);
  collectGarbage();
  const bytesOfEach = (process.memoryUsage().heapUsed - before) / count;

  assert.equal(kept.length, count);
  assert.ok(bytesOfEach < 140, `${bytesOfEach} bytes`); // with the room the decoder works in: 200
});

test('a message between attributes, in an array and in a streamed string is in its place', () => {
  const message = frame(3, ['message', 'news', 'x']).toString();
  const push = { push: ['message', 'news', 'x'] };
  const attributes = new Map([['a', 1]]);
  for (const [wire, events, attach] of [
    [`*2\r\n:1\r\n${message}:2\r\n`, [push, { reply: [1, 2] }]],
    [`$?\r\n;1\r\na\r\n${message};0\r\n`, [push, { reply: 'a' }]],
    [`|1\r\n+a\r\n:1\r\n${message}:2\r\n`, [{ ...push, attributes }, { reply: 2 }], true],
    [`|1\r\n+a\r\n:1\r\n${message}:2\r\n`, [push, { reply: 2 }]],
  ] as const) {
    const setup: DecodeSetup = {
      ...setupOf(false),
      ...(attach && { attributes: 'attach' }),
    };
    assert.deepEqual(decode([Buffer.from(wire)], setup).events, events);
    assert.deepEqual(decode(inPieces(Buffer.from(wire), 1), setup).events, events);
  }
});

test('payloads may change between text and bytes at any byte of a push', () => {
  const parts = ['message', 'news', 'payload'];
  const stream = Buffer.concat([frame(3, parts), frame(3, parts), Buffer.from('+OK\r\n')]);
  for (let cut = 0; cut < stream.length; cut++) {
    const pushes: Reply[][] = [];
    const decoder = new Decoder({ onPush: (push) => pushes.push(push) });
    decoder.feed(stream.subarray(0, cut));
    assert.equal(decoder.read(), INCOMPLETE);
    decoder.payloadsAsBytes = true;
    decoder.feed(stream.subarray(cut));
    assert.equal(decoder.read(), 'OK');
    decoder.payloadsAsBytes = false;
    assert.deepEqual(
      pushes.map(([kind, name, payload]) => [kind, name, String(payload)]),
      [parts, parts],
    );
  }
});

test('bytes that are no text are new each time, however often their name was seen', () => {
  const name = Uint8Array.of(0xff);
  const pushes: Reply[][] = [];
  const decoder = new Decoder({ onPush: (push) => pushes.push(push) });
  const wire = frame(3, ['message', name, name]);
  decoder.feed(Buffer.concat([wire, wire]));
  decoder.read();
  const [first, second] = pushes.map((push) => push[1] as Uint8Array);
  first?.fill(0);

  assert.deepEqual(second, Buffer.from(name));
  assert.deepEqual(pushes[0]?.[2], Buffer.from(name));
});

test('a large payload is exact, whole or cut, and as bytes pins nothing but itself', () => {
  for (const end of ['', 'é', '\ufffd']) {
    for (const size of [40_000, 100_000, 3 * 1024 * 1024]) {
      const parts = ['message', 'news', 'a'.repeat(size) + end];
      const stream = Buffer.concat([frame(3, parts), frame(3, parts)]);
      for (const payloadsAsBytes of [false, true]) {
        const event = expected(3, parts, payloadsAsBytes);
        for (const pieceSize of [65_536, stream.length]) {
          const { events } = decode(inPieces(stream, pieceSize), setupOf(payloadsAsBytes));
          assert.deepEqual(events, [event, event]);
          const [, , payload] = (events[0] as { push: Reply[] }).push;
          if (payload instanceof Uint8Array) {
            assert.equal(payload.buffer.byteLength, payload.length);
          }
        }
      }
    }
  }
});
