/** Strings that are too long for text. They take a gigabyte, and so are tested apart. */
import assert from 'node:assert/strict';
import { Buffer, constants } from 'node:buffer';
import { test } from 'node:test';
import { DecodeAs, Decoder, INCOMPLETE } from './decoder.js';
import type { Reply } from './reply.js';

const SIZE = constants.MAX_STRING_LENGTH + 1;

for (const [what, head] of [
  ['the payload of a message', '>3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n'],
  ['the name of a message', '>3\r\n$7\r\nmessage\r\n'],
  ['part of another push', '>2\r\n$5\r\nother\r\n'],
] as const) {
  test(`what is too long for text comes as bytes, whole or cut: ${what}`, () => {
    const tail = what.startsWith('the name') ? '\r\n$1\r\nx\r\n+OK\r\n' : '\r\n+OK\r\n';
    const start = `${head}$${SIZE}\r\n`;
    const stream = Buffer.alloc(start.length + SIZE + tail.length);
    stream.write(start);
    stream.write(tail, start.length + SIZE);
    for (const cut of [0, start.length]) {
      const pushes: Reply[][] = [];
      const decoder = new Decoder({ onPush: (push) => pushes.push(push) });
      decoder.feed(stream.subarray(0, cut));
      assert.equal(decoder.read(DecodeAs.exactText), INCOMPLETE);
      decoder.feed(stream.subarray(cut));
      assert.equal(decoder.read(DecodeAs.exactText), 'OK');

      const long = pushes[0]?.find((each) => each instanceof Uint8Array);
      assert.equal((long as Uint8Array | undefined)?.length, SIZE);
    }
  });
}
