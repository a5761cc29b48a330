import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readFrame, writeFrame } from './pubsub-frame.js';

test('a frame gives back its payload and time', () => {
  const data = Uint8Array.from({ length: 256 }, (_, byte) => byte);

  const frame = readFrame(writeFrame(data, 1_795_200_000_123));

  assert.deepEqual(frame?.data, data);
  assert.equal(frame?.publishedAt, 1_795_200_000_123);
});

test('bytes that are no frame of this version are refused', () => {
  const otherVersion = writeFrame(new Uint8Array(1), 0);
  otherVersion[0] = 2;

  assert.equal(readFrame(otherVersion), undefined);
  assert.equal(readFrame(new Uint8Array(8)), undefined);
  assert.equal(readFrame(new Uint8Array()), undefined);
});
