/**
 * Asks running servers what commands they have, and writes the answers to `facts.json`.
 *
 * Facts only: arguments, flags, key positions, versions, orders of growth. The servers' descriptions
 * are prose of others and are left out.
 *
 * `node tools/commands/capture.mjs` captures again, from the server that is installed and from those
 * that the test kit can fetch; the build must stand.
 */
import { writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { fetchServer, startServer } from '@carillon/test-kit';
import { connect } from '../../packages/carillon/dist/entries/redis.js';
import { FACTS_FILE, textOfFacts } from './facts.mjs';

/** @typedef {import('./facts.mjs').Facts} Facts */
/** @typedef {import('./facts.mjs').CommandFacts} CommandFacts */
/** @typedef {import('./facts.mjs').ArgumentFacts} ArgumentFacts */
/** @typedef {import('./facts.mjs').KeySpec} KeySpec */
/** @typedef {{ version: string, docs: Map<string, Docs>, info: readonly any[] }} Captured */
/** @typedef {Map<string, any>} Docs */

/** The versions that the facts are of, oldest first: of what differs, the last word counts. */
export const CAPTURED = /** @type {const} */ ([
  'redis-7.0',
  'valkey-8.1',
  'valkey-9.1',
  'redis-8.0',
  'redis-8.6',
]);

/**
 * Asks one server.
 *
 * @param {import('../../packages/carillon/dist/entries/redis.js').Redis} redis - Speaking RESP3.
 * @param {string} version
 * @returns {Promise<Captured>}
 */
export async function ask(redis, version) {
  const docs = /** @type {any} */ (await redis.call(['COMMAND', 'DOCS']));
  const info = /** @type {any} */ (await redis.call(['COMMAND']));
  return { version, docs: withSubcommands(docs), info: info.flatMap(withSubcommandInfo) };
}

/**
 * Joins what servers said.
 *
 * @param {readonly Captured[]} all - Oldest first.
 * @returns {Facts}
 */
export function merge(all) {
  /** @type {Map<string, CommandFacts>} */
  const commands = new Map();
  for (const { version, docs, info } of all) {
    for (const [name, arity, flags, , , , , tips, keySpecs, subcommands] of info) {
      if (subcommands.length > 0 && Math.abs(arity) > 1) continue; // a container is no command
      const said = docs.get(name) ?? new Map();
      const known = commands.get(nameOf(name));
      const brand = version.split('-')[0] ?? '';
      commands.set(nameOf(name), {
        group: said.get('group') ?? known?.group ?? 'module',
        since: { ...known?.since, ...(said.has('since') && { [brand]: said.get('since') }) },
        ...growthOf(said, known),
        arity,
        flags: [...flags].sort(),
        readOnly: flags.includes('readonly') && (known?.readOnly ?? true),
        keys: keySpecs.map(keySpecOf),
        tips: [...tips].filter((tip) => /^(request|response)_policy:/.test(tip)),
        arguments: (said.get('arguments') ?? []).map(argumentOf),
        servers: [...(known?.servers ?? []), version],
      });
    }
  }
  return {
    servers: all.map(({ version }) => version),
    commands: Object.fromEntries([...commands].sort(([a], [b]) => (a < b ? -1 : 1))),
  };
}

/** @param {string} name - As servers write it: `config|get`. */
function nameOf(name) {
  return name.replace('|', ' ').toUpperCase();
}

/**
 * @param {Map<string, Docs>} docs
 * @returns {Map<string, Docs>}
 */
function withSubcommands(docs) {
  return new Map(
    [...docs].flatMap(([name, said]) => [
      /** @type {const} */ ([name, said]),
      ...withSubcommands(said.get('subcommands') ?? new Map()),
    ]),
  );
}

/** @param {any} info @returns {any[]} */
function withSubcommandInfo(info) {
  return [info, ...info[9].flatMap(withSubcommandInfo)];
}

/**
 * The order of growth, without the words that explain its letters.
 *
 * @param {Docs} said
 * @param {CommandFacts | undefined} known
 */
function growthOf(said, known) {
  const growth = /O\((?:[^()]|\([^()]*\))*\)/.exec(said.get('complexity') ?? '')?.[0];
  const value = growth?.replace(/\s+/g, '') ?? known?.growth;
  return value === undefined ? {} : { growth: value };
}

/** @param {Docs} spec @returns {KeySpec} */
function keySpecOf(spec) {
  const begin = spec.get('begin_search').get('spec');
  const find = spec.get('find_keys').get('spec');
  /** @type {readonly string[]} */
  const flags = spec.get('flags');
  return {
    begin: Object.fromEntries(begin),
    find: Object.fromEntries(find),
    ...(flags.includes('not_key') && { isChannelOrSlot: true }),
    ...(flags.includes('incomplete') && { isIncomplete: true }),
  };
}

/** @param {Docs} said @returns {ArgumentFacts} */
function argumentOf(said) {
  const flags = said.get('flags') ?? [];
  const inner = said.get('arguments');
  return {
    name: said.get('name'),
    type: said.get('type'),
    ...(said.has('token') && { token: said.get('token') }),
    ...(flags.includes('optional') && { optional: true }),
    ...(flags.includes('multiple') && { multiple: true }),
    ...(flags.includes('multiple_token') && { repeatsToken: true }),
    ...(inner !== undefined && { arguments: inner.map(argumentOf) }),
  };
}

/**
 * Asks all of `CAPTURED`, oldest first.
 *
 * @returns {Promise<Captured[]>}
 * @throws {Error} One of them cannot be had.
 */
export async function askAll() {
  const all = [];
  for (const version of CAPTURED) {
    const fetched = version === 'redis-7.0' ? undefined : await fetchServer(version);
    if (fetched?.available === false) throw new Error(fetched.reason);
    all.push(await askServer(version, fetched === undefined ? {} : { binary: fetched.binary }));
  }
  return all;
}

/**
 * Starts a server and asks it.
 *
 * @param {string} version
 * @param {import('@carillon/test-kit').StartServerOptions} [options]
 */
export async function askServer(version, options = {}) {
  const server = await startServer(options);
  const redis = await connect(server.url, { protocol: 3 });
  try {
    return await ask(redis, version);
  } finally {
    await redis.close();
    await server.stop();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  writeFileSync(FACTS_FILE, textOfFacts(merge(await askAll())));
}
