/** One key for the same bytes, and only for the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { nameKey } from './name-key.js';

/** Names near each other's borders: text, what is nearly text, and bytes that look like either. */
const name: fc.Arbitrary<string | Uint8Array> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 4 }),
  fc.string({ unit: fc.constantFrom('a', '\ufffd', '\ud83d', '\ude00', 'é', '\u{1f514}') }),
  fc.uint8Array({ maxLength: 4 }),
  fc
    .array(fc.constantFrom('a', 'é', '\ufffd', '\u{1f514}', '\xff'), { maxLength: 3 })
    .map((parts) =>
      Buffer.concat(parts.map((part) => Buffer.from(part, part === '\xff' ? 'latin1' : 'utf8'))),
    ),
);

test('two names have the same key exactly when the server takes them for the same', () => {
  fc.assert(
    fc.property(name, name, (first, second) => {
      const areSame = Buffer.from(first as string).equals(Buffer.from(second as string));
      assert.equal(nameKey(first) === nameKey(second), areSame);
      assert.equal(nameKey(Buffer.from(first as string)), nameKey(first));
    }),
    { numRuns: 5_000 },
  );
});

test('the key of text is that text', () => {
  for (const text of ['', 'news', 'é', '\u{1f514}', '\0', '\ufeffnews']) {
    assert.equal(nameKey(text), text);
    assert.equal(nameKey(Buffer.from(text)), text);
  }
});

test('U+FFFD, a lone surrogate and bytes that decode to U+FFFD are told apart by their bytes', () => {
  assert.equal(nameKey('\ud800'), nameKey('\ufffd'));
  assert.equal(nameKey(Uint8Array.of(0xff)), '\ufffd\xff');
  assert.notEqual(nameKey(Uint8Array.of(0xff)), nameKey('\ufffd'));
  assert.notEqual(nameKey(Uint8Array.of(0xff)), nameKey(Uint8Array.of(0xfe)));
});
