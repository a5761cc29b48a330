/** `encodePayload`: what bytes a published value becomes. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { encodePayload, type TypeEncoder, typeEncoder } from './encode.js';

function text(value: unknown, encoders: readonly TypeEncoder[] = []): string {
  return new TextDecoder().decode(encodePayload(value, encoders));
}

test('a string becomes UTF-8', () => {
  assert.deepEqual([...encodePayload('ä€', [])], [0xc3, 0xa4, 0xe2, 0x82, 0xac]);
  assert.equal(text(''), '');
});

test('bytes are copied, so the caller may reuse his', () => {
  const own = Buffer.from('abc');
  const encoded = encodePayload(own, []);
  own.fill(0);
  assert.equal(Buffer.from(encoded).toString(), 'abc');
});

test('any view counts as the bytes it shows, and a buffer as all of its bytes', () => {
  const { buffer } = Uint8Array.from([1, 2, 3, 4]);
  assert.deepEqual([...encodePayload(new Uint8Array(buffer, 1, 2), [])], [2, 3]);
  assert.deepEqual([...encodePayload(new DataView(buffer, 2), [])], [3, 4]);
  assert.deepEqual([...encodePayload(buffer, [])], [1, 2, 3, 4]);
});

test('everything else becomes JSON', () => {
  for (const value of [null, 0, false, [1, 'a'], { a: { b: null } }]) {
    assert.deepEqual(JSON.parse(text(value)), value);
  }
});

test('what has no JSON form is refused as UNENCODABLE', () => {
  const cycle: { self?: unknown } = {};
  cycle.self = cycle;
  for (const value of [undefined, () => 1, Symbol('a'), 1n, { deep: [1n] }, cycle]) {
    assert.throws(() => encodePayload(value, []), { code: 'UNENCODABLE' });
  }
});

test('a type encoder replaces instances at any depth, before their own toJSON', () => {
  const dates = [typeEncoder(Date, (date) => date.getTime())];
  const when = new Date(5);
  assert.equal(text(when, dates), '5');
  assert.equal(text({ a: [{ when }] }, dates), '{"a":[{"when":5}]}');
});

test('what a type encoder gives is encoded in turn, and the first that matches wins', () => {
  const encoders: TypeEncoder[] = [
    typeEncoder(Map, (map) => Object.fromEntries(map)),
    { matches: (value) => typeof value === 'bigint', encode: (value) => `${value}n` },
    { matches: () => false, encode: () => 'never' },
  ];
  assert.equal(text(new Map([['a', [1n]]]), encoders), '{"a":["1n"]}');
});

test('a type encoder that throws makes the value UNENCODABLE, with its error as the cause', () => {
  const cause = new Error('no');
  const failing = typeEncoder(Date, () => {
    throw cause;
  });
  assert.throws(() => encodePayload(new Date(), [failing]), { code: 'UNENCODABLE', cause });
});
