/**
 * Writes `redis/commands/generated/`: facts of the servers (`facts.json`), joined with what the tables
 * in `table/` say.
 *
 * `node tools/commands/generate.mjs` writes the files; a test fails when they are not what it would
 * write.
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { text as streamText } from 'node:stream/consumers';
import { pathToFileURL } from 'node:url';
import { methodNameOf } from '../../packages/carillon/dist/redis/commands/command-name.js';
import { ROOT } from '../setup/repository.mjs';
import { groupModule, methodOf, tableModule } from './emit.mjs';
import { keyMistakes, strangeNames } from './fact-checks.mjs';
import { readFacts } from './facts.mjs';
import { keysText } from './keys-text.mjs';
import * as own from './own-flags.mjs';
import { reference } from './reference.mjs';
import { TABLES } from './tables.mjs';
import { UNTYPED } from './untyped.mjs';

/** @typedef {import('./emit.mjs').Method} Method */
/** @typedef {import('./facts.mjs').CommandFacts} CommandFacts */

const TARGET = 'packages/carillon/src/redis/commands/generated';
/** What was refused, and why: each of these has a signature in its table, or is written by hand. */
const REFUSED = 'tools/commands/refused.json';

/**
 * Makes all files.
 *
 * @returns {{ files: Map<string, string>, mistakes: string[] }} Files by their path from the top folder.
 */
export function generate() {
  const { commands } = readFacts();
  /** @type {string[]} */
  const mistakes = [];
  /** @type {Map<string, string>} */
  const refused = new Map();
  /** @type {Map<string, { flags: string, keys: string, plan: string, reader: string, names: string[] }>} */
  const rows = new Map();
  /** @type {Map<string, Method[]>} */
  const groups = new Map(Object.keys(TABLES).map((group) => [group, []]));

  /** @param {string} name @param {CommandFacts} facts @param {{ plan?: string, reader?: string }} [method] */
  const addRow = (name, facts, method) => {
    const row = {
      flags: flagsOf(name, facts),
      keys: own.KEYS[name] ?? keysText(facts.keys),
      plan: method?.plan ?? '',
      reader: method?.reader ?? '',
    };
    const key = JSON.stringify(row);
    const same = rows.get(key) ?? { ...row, names: [] };
    same.names.push(name);
    rows.set(key, same);
  };

  for (const [name, facts] of Object.entries(commands)) {
    mistakes.push(...keyMistakes(name, facts));
    const found = Object.entries(TABLES).filter(([, table]) => Object.hasOwn(table, name));
    const isUntyped = Object.hasOwn(UNTYPED, name);
    if (found.length + Number(isUntyped) !== 1) {
      mistakes.push(
        `${name} (${facts.group}) stands in ${found.length} tables${isUntyped ? ' and is untyped' : ''}`,
      );
    }
    const [[group, table] = []] = found;
    const entry = table?.[name];
    if (entry === undefined || group === undefined || 'byHand' in entry) {
      addRow(name, facts, entry);
      continue;
    }
    const derived = methodOf(name, methodNameOf(name), facts, withoutSignature(entry));
    if ('refused' in derived) refused.set(name, derived.refused);
    else if (entry.signature !== undefined && derived.parameters === entry.signature) {
      mistakes.push(`${name}: its signature is the one that is derived`);
    }
    const method = methodOf(name, methodNameOf(name), facts, entry);
    if ('refused' in method) {
      mistakes.push(`${name} needs a signature or is written by hand: ${method.refused}`);
      addRow(name, facts);
      continue;
    }
    addRow(name, facts, method);
    groups.get(group)?.push(method);
  }
  for (const name of [...Object.keys(UNTYPED), ...Object.values(TABLES).flatMap(Object.keys)]) {
    if (!Object.hasOwn(commands, name)) mistakes.push(`no server knows ${name}`);
  }

  mistakes.push(...strangeNames(commands));

  for (const container of own.MORE_CONTAINERS) {
    rows.set(container, { flags: '', keys: '', plan: '', reader: '', names: [container] });
  }

  const files = new Map([[`${TARGET}/command-table.ts`, tableModule([...rows.values()])]]);
  for (const [group, methods] of groups) {
    files.set(`${TARGET}/${group}.ts`, groupModule(group, methods));
  }
  const { pages, mistakes: gaps } = reference();
  for (const [file, text] of pages) files.set(file, text);
  mistakes.push(...gaps);
  files.set(REFUSED, `${JSON.stringify(Object.fromEntries(refused), null, 2)}\n`);
  return { files, mistakes };
}

/** @param {import('./table-types.mjs').GeneratedCommand} entry */
function withoutSignature({ signature: _signature, plan: _plan, ...entry }) {
  return entry;
}

/**
 * @param {string} name
 * @param {CommandFacts} facts
 */
function flagsOf(name, { flags, readOnly }) {
  const blocks = flags.includes('blocking') && !own.BLOCKING_BY_OPTION.has(name);
  return [
    readOnly && !blocks ? 'r' : '',
    blocks ? 'b' : '',
    own.STATEFUL.has(name) || own.SUBSCRIPTIONS.has(name) ? 's' : '',
    own.SUBSCRIPTIONS.has(name) ? 'p' : '',
    own.LENGTHY.has(name) ? 'l' : '',
  ].join('');
}

/**
 * Formats files as the repository's are.
 *
 * @param {ReadonlyMap<string, string>} files
 * @returns {Promise<Map<string, string>>}
 */
export async function formatted(files) {
  const biome = path.join(ROOT, 'node_modules', '@biomejs', 'biome', 'bin', 'biome');
  const entries = await Promise.all(
    [...files].map(async ([file, text]) => {
      if (file.endsWith('.md')) return /** @type {const} */ ([file, text]);
      const child = spawn(process.execPath, [biome, 'format', `--stdin-file-path=${file}`], {
        cwd: ROOT,
        stdio: ['pipe', 'pipe', 'inherit'],
      });
      child.stdin.end(text);
      return /** @type {const} */ ([file, await streamText(child.stdout)]);
    }),
  );
  return new Map(entries);
}

/**
 * Writes what is not as it should be.
 *
 * @returns {Promise<{ written: number, mistakes: string[] }>}
 */
async function write() {
  const { files, mistakes } = generate();
  let written = 0;
  for (const [file, text] of await formatted(files)) {
    const target = path.join(ROOT, file);
    if (existsSync(target) && readFileSync(target, 'utf8') === text) continue;
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, text);
    written++;
  }
  return { written, mistakes };
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  let { written, mistakes } = await write();
  // The reference is made of the declarations as they stand on the disk.
  if (written > 0) ({ mistakes } = await write());
  for (const mistake of mistakes) process.stderr.write(`${mistake}\n`);
  process.exitCode = mistakes.length > 0 ? 1 : 0;
}
