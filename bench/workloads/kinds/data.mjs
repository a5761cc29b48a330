/**
 * Keys and values. Built beforehand, so that what is measured is the client and not the building of
 * strings; every key has a value of its own, so that a mispaired reply shows.
 */

/**
 * @param {number} count
 * @returns {string[]}
 */
export function keysOf(count) {
  return Array.from({ length: count }, (_, index) => `bench:${index}`);
}

/**
 * ASCII values of a size, one for each key.
 *
 * @param {readonly string[]} keys
 * @param {number} bytes
 * @param {string} label Tells these values from others of the same keys.
 * @returns {string[]}
 */
export function textsOf(keys, bytes, label) {
  return keys.map((key) => `${label}:${key}:`.padEnd(bytes, 'x').slice(0, bytes));
}

/**
 * The same with two bytes of UTF-8 for each character of the padding.
 *
 * @param {readonly string[]} keys
 * @param {number} bytes
 * @param {string} label
 * @returns {string[]}
 */
export function nonAsciiTextsOf(keys, bytes, label) {
  return keys.map((key) => {
    const start = `${label}:${key}:`;
    return start + 'é'.repeat((bytes - start.length) / 2);
  });
}

/**
 * The same as bytes that are no text.
 *
 * @param {readonly string[]} keys
 * @param {number} bytes
 * @param {string} label
 * @returns {Buffer[]}
 */
export function buffersOf(keys, bytes, label) {
  return keys.map((key) => {
    const buffer = Buffer.alloc(bytes, 0xff);
    buffer.write(`${label}:${key}:`);
    return buffer;
  });
}

/**
 * Takes from a list as if it had no end.
 *
 * @template T
 * @param {readonly T[]} list
 * @param {number} turn
 * @returns {T}
 */
export function at(list, turn) {
  return /** @type {T} */ (list[turn % list.length]);
}

/**
 * @param {number} bytes
 * @returns {string} For descriptions: `64 bytes`, `64 KiB`, `1 MiB`.
 */
export function sizeOf(bytes) {
  if (bytes % 2 ** 20 === 0) return `${bytes / 2 ** 20} MiB`;
  if (bytes % 2 ** 10 === 0) return `${bytes / 2 ** 10} KiB`;
  return `${bytes} bytes`;
}
