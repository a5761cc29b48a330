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
  const flags = spec.get('flags').filter((/** @type {string} */ flag) => flag === 'not_key');
  return {
    begin: Object.fromEntries(begin),
    find: Object.fromEntries(find),
    ...(flags.length > 0 && { isChannelOrSlot: true }),
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

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { fetchServer, startServer } = await import('@carillon/test-kit');
  const { connect } = await import('../../packages/carillon/dist/entries/redis.js');
  const all = [];
  for (const version of CAPTURED) {
    const fetched = version === 'redis-7.0' ? undefined : await fetchServer(version);
    if (fetched?.available === false) throw new Error(fetched.reason);
    const server = await startServer(fetched === undefined ? {} : { binary: fetched.binary });
    const redis = await connect(server.url, { protocol: 3 });
    all.push(await ask(redis, version));
    await redis.close();
    await server.stop();
  }
  writeFileSync(FACTS_FILE, textOfFacts(merge(all)));
}
