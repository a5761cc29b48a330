/** When a socket is read, and what keeps the process alive meanwhile. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { SocketReading } from './socket-reading.js';

/** Timers that keep the process alive. */
function held(): number {
  return process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
}

function start(): { reading: SocketReading; stream: PassThrough; more: () => number } {
  const stream = new PassThrough();
  const before = held();
  return { reading: new SocketReading(stream), stream, more: () => held() - before };
}

test('the process is kept alive while reading is paused, and not longer', () => {
  const { reading, stream, more } = start();
  assert.equal(more(), 0);

  reading.pause();
  reading.pause();
  assert.deepEqual([more(), reading.since, stream.isPaused()], [1, undefined, true]);

  reading.resume();
  assert.deepEqual([more(), stream.isPaused()], [0, false]);
  assert.ok((reading.since as number) <= performance.now());
});

test('a resume that follows no pause changes nothing', () => {
  const { reading } = start();
  const { since } = reading;

  reading.resume();

  assert.equal(reading.since, since);
});

test('what is unreferenced keeps no process alive, in whatever order it is paused', () => {
  const { reading, more } = start();

  reading.pause();
  reading.unref();
  assert.equal(more(), 0);
  reading.ref();
  assert.equal(more(), 1);
  reading.resume();
  assert.equal(more(), 0);

  reading.unref();
  reading.pause();
  assert.equal(more(), 0);
  reading.ref();
  assert.equal(more(), 1);
  reading.end();
});

test('reading that has ended keeps no process alive, and is not paused any more', () => {
  const { reading, more } = start();
  reading.pause();
  reading.end();
  assert.equal(more(), 0);

  reading.resume();
  reading.pause();
  assert.equal(more(), 0);
  assert.notEqual(reading.since, undefined);
});
