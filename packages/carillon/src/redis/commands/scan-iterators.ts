/**
 * Iteration over what SCAN, HSCAN, SSCAN and ZSCAN give page by page.
 *
 * An iterator keeps nothing on the server and holds no connection between two pages, so that it can be
 * left at any time. Cursors are text: they have 64 bits, which no number holds.
 *
 * Not here: the commands themselves, which give one page and a cursor each.
 */
import { CommandAbortedError } from '../errors/connection-error.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import type { Words } from './call-command.js';
import type { CallOptions } from './command.js';
import { checkOptionNames } from './options.js';
import type { Key } from './parameters.js';
import { toDouble } from './replies.js';
import { itemsOf, pageOf, pairsIn } from './reply-shapes.js';

/** Options of an iteration over what a key holds. */
export interface ElementScanOptions {
  /** Only what this pattern matches: `user:*`. The server looks at all the same. */
  readonly match?: Key | undefined;
  /** About how much the server looks at for a page; 10 by default, which makes many round trips. */
  readonly count?: number | undefined;
  /** Ends the iteration with a `CommandAbortedError`, also between two elements of a page. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of an iteration over keys. */
export interface KeyScanOptions extends ElementScanOptions {
  /** Only keys of this type: `string`, `hash`, `stream`. */
  readonly type?: string | undefined;
}

/** What an iteration asks for its pages. */
export interface PageSource {
  call(words: Words, options?: CallOptions): Promise<Reply>;
}

/** Makes elements of a page as the server sends it. */
export type ReadPage<T> = (page: readonly Reply[]) => Iterable<T>;

const ELEMENT_OPTIONS: Readonly<Record<keyof ElementScanOptions, true>> = {
  match: true,
  count: true,
  signal: true,
};

const KEY_OPTIONS: Readonly<Record<keyof KeyScanOptions, true>> = {
  ...ELEMENT_OPTIONS,
  type: true,
};

/**
 * Iterates over all that a command gives, and asks for a page when the one before is used up.
 *
 * @param words - The command's name, and its key where it has one.
 * @throws {UsageError} `INVALID_ARGUMENT`: an option that is unknown or mistyped. Nothing was sent.
 */
export async function* scan<T>(
  source: PageSource,
  words: Words,
  options: KeyScanOptions,
  read: ReadPage<T>,
): AsyncGenerator<T, void, undefined> {
  const command = String(words[0]);
  checkOptionNames(command, options, command === 'SCAN' ? KEY_OPTIONS : ELEMENT_OPTIONS);
  const { signal } = options;
  const filters = filtersOf(options);
  let cursor = '0';
  do {
    const reply = await source.call([...words, cursor, ...filters], signal && { signal });
    const [next, elements] = readPage(reply, command);
    cursor = next;
    for (const element of read(elements)) {
      if (signal?.aborted) throw aborted(command, signal);
      yield element;
    }
  } while (cursor !== '0');
  if (signal?.aborted) throw aborted(command, signal);
}

function filtersOf({ match, count, type }: KeyScanOptions): Argument[] {
  const filters: Argument[] = [];
  if (match !== undefined) filters.push('MATCH', match);
  if (count !== undefined) filters.push('COUNT', count);
  if (type !== undefined) filters.push('TYPE', type);
  return filters;
}

const readPage = pageOf(itemsOf);

function aborted(command: string, { reason }: AbortSignal): CommandAbortedError {
  return new CommandAbortedError({ command, sent: 'no', cause: reason });
}

/** Each element is a string. */
export function singly<S>(page: readonly Reply[]): Iterable<S> {
  return page as Iterable<S>;
}

/** Names and values by turns, as pairs: a name that is bytes survives, which no record could hold. */
export function inPairs<S>(page: readonly Reply[]): Iterable<[name: S, value: S]> {
  return pairsIn(page) as [S, S][];
}

/** Members and scores by turns, as pairs. */
export function withScores<S>(page: readonly Reply[]): Iterable<[member: S, score: number]> {
  return pairsIn(page, toDouble) as [S, number][];
}
