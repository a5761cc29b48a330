/**
 * The decoder beside the plain way to do it, and the choices that its comments claim are faster.
 *
 * Build first, then: node bench/protocol/decoder.mjs
 */
import { Buffer, isAscii } from 'node:buffer';
import {
  DecodeAs,
  Decoder,
  encodeReply,
  INCOMPLETE,
} from '../../packages/carillon/dist/entries/protocol.js';
import { compare } from './measure.mjs';

const CHUNK = 64 * 1024;
let sink;

/** Our decoder, fed as a socket does. */
function ours(stream, as) {
  const decoder = new Decoder();
  const chunks = [];
  for (let at = 0; at < stream.length; at += CHUNK) chunks.push(stream.subarray(at, at + CHUNK));
  return () => {
    for (const chunk of chunks) {
      decoder.feed(chunk);
      for (let reply = decoder.read(as); reply !== INCOMPLETE; reply = decoder.read(as))
        sink = reply;
    }
  };
}

/** A recursive parser that has the whole stream at once and decodes each string by itself. */
function plain(stream) {
  let at = 0;
  function number() {
    const negative = stream[at] === 0x2d;
    if (negative) at++;
    let value = 0;
    for (; stream[at] !== 0x0d; at++) value = value * 10 + stream[at] - 0x30;
    at += 2;
    return negative ? -value : value;
  }
  function value() {
    const type = stream[at++];
    if (type === 0x3a) return number();
    if (type === 0x2b) {
      const start = at;
      at = stream.indexOf('\r', at) + 2;
      return stream.toString('latin1', start, at - 2);
    }
    const length = number();
    if (length < 0) return null;
    if (type === 0x2a) return Array.from({ length }, value);
    const start = at;
    at += length + 2;
    return stream.toString('utf8', start, at - 2);
  }
  return () => {
    for (at = 0; at < stream.length; ) sink = value();
  };
}

const replies = {
  'GET of 10 bytes': [64, 'abcdefghij'],
  'GET of 100 bytes': [64, 'v'.repeat(100)],
  'GET of 100 bytes, not ASCII': [64, 'é'.repeat(50)],
  'SET (OK)': [64, { form: 'simple-string', text: 'OK' }],
  INCR: [64, 12_345],
  'LRANGE of 1,000': [1, Array.from({ length: 1000 }, (_, i) => `value:${i}`)],
  'HGETALL of 1,000': [
    1,
    Array.from({ length: 2000 }, (_, i) => `${i % 2 ? 'a value of' : 'field'} ${i}`),
  ],
  'GET of 1 MiB': [1, 'v'.repeat(1024 * 1024)],
};
for (const [name, [count, reply]] of Object.entries(replies)) {
  const wire = encodeReply(reply, { protocol: 2 });
  const stream = Buffer.concat(Array.from({ length: count }, () => wire));
  compare(name, count, {
    'this decoder': ours(stream, DecodeAs.text),
    'this decoder, as bytes': ours(stream, DecodeAs.bytes),
    'recursive, over the whole stream': plain(stream),
  });
}

const page = Buffer.from('$10\r\nabcdefghij\r\n'.repeat(240));
compare('Claim: short strings cut from a decoded window', 240, {
  'latin1Slice of the window, then substring': () => {
    const window = page.latin1Slice(0, page.length);
    for (let at = 5; at < page.length; at += 17) sink = window.substring(at, at + 10);
  },
  'utf8Slice for each': () => {
    for (let at = 5; at < page.length; at += 17) sink = page.utf8Slice(at, at + 10);
  },
});

const digits = Buffer.from('123456\r\n');
compare('Claim: integers parsed by hand', 1, {
  'by hand': () => {
    let value = 0;
    for (let at = 0; digits[at] !== 0x0d; at++) value = value * 10 + digits[at] - 0x30;
    sink = value;
  },
  'Number(latin1Slice)': () => {
    sink = Number(digits.latin1Slice(0, 6));
  },
});

const source = Buffer.alloc(CHUNK, 'v');
for (const size of [100, 1000]) {
  compare(`Claim: copies of ${size} bytes from the shared pool`, 1, {
    'Buffer.allocUnsafe': () => {
      sink = Buffer.allocUnsafe(size);
      source.copy(sink, 0, 5, 5 + size);
    },
    'Buffer.allocUnsafeSlow': () => {
      sink = Buffer.allocUnsafeSlow(size);
      source.copy(sink, 0, 5, 5 + size);
    },
  });
}

const large = Buffer.alloc(1024 * 1024, 'v');
compare('Claim: large ASCII text decoded as latin1', 1, {
  'isAscii, then latin1Slice': () => {
    sink = isAscii(large) && large.latin1Slice(0, large.length);
  },
  utf8Slice: () => {
    sink = large.utf8Slice(0, large.length);
  },
});
