/**
 * Messages of pub/sub through the decoder, and the choices that comments claim are faster.
 *
 * Build first, then: node bench/protocol/messages.mjs
 */
import { Buffer, isAscii } from 'node:buffer';
import { DecodeAs, Decoder, INCOMPLETE } from '../../packages/carillon/dist/entries/protocol.js';
import { nameKey } from '../../packages/carillon/dist/redis/connection/name-key.js';
import { NameCache } from '../../packages/carillon/dist/redis/protocol/name-cache.js';
import { compare } from './measure.mjs';

const CHUNK = 64 * 1024;
const MESSAGES = 1000;
/** Whatever is made is kept, so that none of it is optimised away. */
const kept = { last: undefined };

function frame(type, parts) {
  const strings = parts.map((part) => `$${Buffer.byteLength(part)}\r\n${part}\r\n`);
  return `${type}${parts.length}\r\n${strings.join('')}`;
}

/** Reads the stream in the pieces that a socket would bring. */
function reading(stream, options = {}, payloadsAsBytes = false) {
  const onPush = (push) => {
    kept.last = push;
  };
  const decoder = new Decoder({ ...options, onPush });
  decoder.payloadsAsBytes = payloadsAsBytes;
  const chunks = [];
  for (let at = 0; at < stream.length; at += CHUNK) chunks.push(stream.subarray(at, at + CHUNK));
  return () => {
    for (const chunk of chunks) {
      decoder.feed(chunk);
      for (;;) {
        const reply = decoder.read(DecodeAs.exactText);
        if (reply === INCOMPLETE) break;
        kept.last = reply;
      }
    }
  };
}

const cases = {
  '64 bytes': ['>', 1, 'v'.repeat(64)],
  '64 bytes under RESP2': ['*', 1, 'v'.repeat(64)],
  '64 bytes to 100 channels': ['>', 100, 'v'.repeat(64)],
  '64 bytes to 100,000 channels': ['>', 100_000, 'v'.repeat(64)],
  '64 bytes, not ASCII': ['>', 1, 'é'.repeat(32)],
  '1 KiB': ['>', 1, 'v'.repeat(1024)],
};
for (const [name, [type, channels, payload]] of Object.entries(cases)) {
  // 7,919 is a prime: the channels come in no order.
  const frames = Array.from({ length: Math.max(MESSAGES, channels) }, (_, i) =>
    frame(type, ['message', `channel:${(i * 7919) % channels}`, payload]),
  );
  const stream = Buffer.from(frames.join(''));
  compare(`Claim: messages of ${name} read in one go`, frames.length, {
    'in one go': reading(stream),
    // A limit that the longest message would exceed: then all are read so.
    'element by element': reading(stream, { maxAggregateLength: 3 }),
    'in one go, payloads as bytes': reading(stream, {}, true),
  });
}

const names = Array.from({ length: 100 }, (_, i) => `channel:${i}`);
const listeners = new Map(names.map((name) => [name, {}]));
const spelled = Buffer.from(names.join(''));
const places = [];
let at = 0;
for (const { length } of names) {
  places.push([at, at + length]);
  at += length;
}
const cache = new NameCache();
compare('Claim: names that repeat, compared and looked up', names.length, {
  'compared with the one seen before': () => {
    for (const [start, end] of places) kept.last = listeners.get(cache.read(spelled, start, end));
  },
  'latin1Slice for each': () => {
    for (const [start, end] of places) kept.last = listeners.get(spelled.latin1Slice(start, end));
  },
});

compare('Claim: the key of plain text costs next to nothing', names.length, {
  nameKey: () => {
    for (const name of names) kept.last = nameKey(name);
  },
  'through bytes, as latin1': () => {
    for (const name of names) kept.last = Buffer.from(name).latin1Slice();
  },
});

const page = Buffer.alloc(4096, 'v');
compare('Claim: one look for bytes that are not ASCII serves many texts', 64, {
  'isAscii, then latin1Slice': () => {
    if (!isAscii(page.subarray(0, 4096))) return;
    for (let start = 0; start < 4096; start += 64) kept.last = page.latin1Slice(start, start + 64);
  },
  'utf8Slice, then includes': () => {
    for (let start = 0; start < 4096; start += 64) {
      const text = page.utf8Slice(start, start + 64);
      kept.last = text.includes('\ufffd') ? undefined : text;
    }
  },
});
