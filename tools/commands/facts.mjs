/** What servers say about their commands, as `capture.mjs` wrote it down. */
import path from 'node:path';
import { ROOT, readJson } from '../setup/repository.mjs';

/**
 * @typedef {object} ArgumentFacts
 * @property {string} name
 * @property {'key' | 'string' | 'integer' | 'double' | 'pattern' | 'unix-time' | 'pure-token' | 'oneof' | 'block'} type
 * @property {string} [token] - The word that stands before it.
 * @property {true} [optional]
 * @property {true} [multiple]
 * @property {true} [repeatsToken] - The token stands before each of several.
 * @property {readonly ArgumentFacts[]} [arguments]
 */

/**
 * Where keys stand: from a place (an index, or behind a word) either a range or a number of keys.
 *
 * @typedef {object} KeySpec
 * @property {{ index?: number, keyword?: string, startfrom?: number }} begin
 * @property {{ lastkey?: number, limit?: number, keynumidx?: number, firstkey?: number, keystep?: number }} find
 * @property {true} [isChannelOrSlot] - It decides the slot and is no key.
 * @property {true} [isIncomplete] - The server says that there may be others.
 */

/**
 * @typedef {object} CommandFacts
 * @property {string} group - The chapter of the servers' documentation.
 * @property {Readonly<Record<string, string>>} since - Version by brand.
 * @property {string} [growth] - `O(log(N))`.
 * @property {number} arity - Words with the name; negative: at least so many.
 * @property {readonly string[]} flags
 * @property {boolean} readOnly - All servers say so.
 * @property {readonly KeySpec[]} keys
 * @property {readonly string[]} tips - Request and response policies for clusters.
 * @property {readonly ArgumentFacts[]} arguments
 * @property {readonly string[]} servers - Those that have it.
 */

/** @typedef {{ servers: readonly string[], commands: Readonly<Record<string, CommandFacts>> }} Facts */

/** Where the facts are kept. */
export const FACTS_FILE = path.join(ROOT, 'tools', 'commands', 'facts.json');

/** @returns {Facts} */
export function readFacts() {
  return readJson(FACTS_FILE);
}

/**
 * One command on a line, so that a difference shows what changed.
 *
 * @param {Facts} facts
 */
export function textOfFacts({ servers, commands }) {
  const lines = Object.entries(commands).map(
    ([name, facts]) => `${JSON.stringify(name)}: ${JSON.stringify(facts)}`,
  );
  return `{"servers": ${JSON.stringify(servers)},\n"commands": {\n${lines.join(',\n')}\n}}\n`;
}
