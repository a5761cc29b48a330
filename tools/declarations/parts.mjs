/**
 * Which folders of the library share one file of declarations.
 *
 * A door is a small file that names what it takes from the parts. A part costs the compiler of every
 * program that loads it one file, whatever is in it; a class is declared in one part alone, so that
 * it is one type whichever door it came through. What must not load Node's types, because browsers'
 * programs use it, needs a part of its own.
 */

/** @typedef {Readonly<Record<string, readonly string[]>>} Parts Folders of sources, by part. */

/** @type {Parts} */
export const PARTS = {
  redis: ['util', 'redis'],
  channels: ['channels'],
  contracts: ['contracts'],
};
