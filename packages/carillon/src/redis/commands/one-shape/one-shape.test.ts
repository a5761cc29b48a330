/**
 * Each typed command gives the same value under RESP2 and RESP3, on the server that is installed and on
 * the newest of Redis and Valkey that can be had.
 *
 * The cases of a group stand beside this file. Further tests say which methods have none.
 */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import {
  fetchServer,
  type StartServerOptions,
  startServer,
  type TestServer,
} from '@carillon/test-kit';
import { connect } from '../../client/connect.js';
import type { Redis } from '../../client/redis.js';
import type { Lease } from '../../topology/lease.js';
import { methodNameOf } from '../command-name.js';
import { COMMANDS } from '../command-table.js';
import { Commands } from '../commands.js';
import { ACL_CASES } from './acl.test.support.js';
import { BITMAP_CASES } from './bitmap.test.support.js';
import { CLUSTER_CASES } from './cluster.test.support.js';
import { CONNECTION_CASES } from './connection.test.support.js';
import { GEO_CASES } from './geo.test.support.js';
import { HASH_CASES } from './hash.test.support.js';
import { HYPERLOGLOG_CASES } from './hyperloglog.test.support.js';
import { KEYS_CASES } from './keys.test.support.js';
import { LIST_CASES } from './list.test.support.js';
import { MONITORING_CASES } from './monitoring.test.support.js';
import { PUBSUB_CASES } from './pubsub.test.support.js';
import { SCRIPTING_CASES } from './scripting.test.support.js';
import { SERVER_CASES } from './server.test.support.js';
import { SET_CASES } from './set.test.support.js';
import type { ShapeCase, ShapeCases } from './shape-case.test.support.js';
import { SORTED_SET_CASES } from './sorted-set.test.support.js';
import { STREAM_CASES } from './stream.test.support.js';
import { STRING_CASES } from './string.test.support.js';
import { VECTOR_SET_CASES } from './vector-set.test.support.js';

const GROUPS: Readonly<Record<string, ShapeCases>> = {
  string: STRING_CASES,
  hash: HASH_CASES,
  list: LIST_CASES,
  set: SET_CASES,
  'sorted-set': SORTED_SET_CASES,
  stream: STREAM_CASES,
  geo: GEO_CASES,
  bitmap: BITMAP_CASES,
  hyperloglog: HYPERLOGLOG_CASES,
  'vector-set': VECTOR_SET_CASES,
  keys: KEYS_CASES,
  scripting: SCRIPTING_CASES,
  pubsub: PUBSUB_CASES,
  connection: CONNECTION_CASES,
  server: SERVER_CASES,
  acl: ACL_CASES,
  monitoring: MONITORING_CASES,
  cluster: CLUSTER_CASES,
};

const VERSIONS = ['installed', 'valkey-9.1', 'redis-8.6'] as const;

/** Groups that one server can show; those that need options have one of their own. */
const PARTS: readonly (readonly string[])[] = [
  Object.keys(GROUPS).filter((group) => GROUPS[group]?.server === undefined),
  ...Object.keys(GROUPS)
    .filter((group) => GROUPS[group]?.server !== undefined)
    .map((group) => [group]),
];

// Servers do not disturb each other, and cases mostly wait for theirs.
describe('every server', { concurrency: true }, async () => {
  for (const version of VERSIONS) {
    const fetched = version === 'installed' ? undefined : await fetchServer(version);
    const binary = fetched?.available === true ? { binary: fetched.binary } : {};
    if (fetched?.available === false) {
      test(`on ${version}`, { skip: fetched.reason }, () => {});
      continue;
    }
    const known = await commandsOf(binary);

    for (const part of PARTS) {
      describe(`${part.join(', ')} on ${version}`, { concurrency: 1 }, () => {
        let server: TestServer;
        let clients: readonly Redis[];
        before(async () => {
          const options = GROUPS[part[0] ?? '']?.server;
          server = await startServer({ ...options, ...binary });
          const open = (protocol: 2 | 3): Promise<Redis> => connect(server.url, { protocol });
          clients = [await open(2), await open(3)];
        });
        after(async () => {
          for (const redis of clients) await redis.close();
          await server.stop();
        });

        for (const [method, shown] of part.flatMap((group) =>
          Object.entries(GROUPS[group]?.cases ?? {}),
        )) {
          if (!known.has(commandOf(method))) continue;
          for (const [index, each] of shown.entries()) {
            if (!runsOn(each, version)) continue;
            test(`${method} ${index + 1} gives the same under RESP2 and RESP3`, async () => {
              const values: unknown[] = [];
              for (const redis of clients) values.push(await check(redis, server, method, each));
              const [two, three] = values.map(formOf);
              assert.deepEqual(two, three);
            });
          }
        }
      });
    }
  }
});

function runsOn({ on }: ShapeCase, version: (typeof VERSIONS)[number]): boolean {
  return on === undefined || (on as readonly string[]).includes(version);
}

test('every method of a command has a case that a server can run', () => {
  const servers = serversByCommand();
  const shown = new Set(
    Object.values(GROUPS).flatMap(({ cases, elsewhere = {} }) => [
      ...Object.keys(cases).filter((method) =>
        VERSIONS.some(
          (version) =>
            servers.get(method)?.includes(version) &&
            cases[method]?.some((each) => runsOn(each, version)),
        ),
      ),
      ...Object.keys(elsewhere),
    ]),
  );
  const methods = [...COMMANDS.keys()]
    .map(methodNameOf)
    .filter((name) => name in Commands.prototype);

  assert.deepEqual(
    methods.filter((name) => !shown.has(name)),
    [],
  );
});

test('a method that is shown elsewhere is shown by a test that exists', () => {
  const folder = path.join(ROOT, 'packages/carillon/src/redis/commands');
  const missing = Object.values(GROUPS)
    .flatMap(({ elsewhere = {} }) => Object.values(elsewhere))
    .filter((each) => {
      const [file = '', name = ''] = each.split(' :: ');
      const source = path.join(folder, file);
      const text = existsSync(source) ? readFileSync(source, 'utf8') : '';
      return !["'", '`'].some((quote) => text.includes(`${quote}${name}${quote}`));
    });

  assert.deepEqual(missing, []);
});

const ROOT = fileURLToPath(new URL('../../../../../../', import.meta.url));

/** Which servers have the command of each method, as the facts of the generator say. */
function serversByCommand(): ReadonlyMap<string, readonly string[]> {
  const facts = JSON.parse(readFileSync(path.join(ROOT, 'tools/commands/facts.json'), 'utf8')) as {
    commands: Record<string, { servers: string[] }>;
  };
  return new Map(
    Object.entries(facts.commands).map(([name, { servers }]) => [
      methodNameOf(name),
      servers.map((server) => (server === 'redis-7.0' ? 'installed' : server)),
    ]),
  );
}

/** The commands that a server lists: what it does not know cannot be shown there. */
async function commandsOf(options: StartServerOptions): Promise<ReadonlySet<string>> {
  await using server = await startServer(options);
  return new Set((await server.command('COMMAND', 'LIST')).split('\n'));
}

/** As the server lists it: `config|get`. */
function commandOf(method: string): string {
  const name = [...COMMANDS.keys()].find((each) => methodNameOf(each) === method);
  assert.ok(name, `${method} is no method of a command`);
  return name.toLowerCase().replace(' ', '|');
}

async function check(
  redis: Redis,
  server: TestServer,
  method: string,
  shown: ShapeCase,
): Promise<unknown> {
  const stage = async (): Promise<void> => {
    await server.command('FLUSHALL');
    for (const words of shown.prepare ?? []) await redis.call(words);
  };
  await stage();
  const value = await watching(redis, method, () => shown.run(redis));
  compare(value, shown.gives);
  if (shown.bytes === undefined) return value;
  const { run, gives } = shown.bytes;
  await stage();
  compare(await run(redis.bytes), gives);
  return value;
}

/** Runs a case and sees to it that it runs its own command, on the client or a connection it lends. */
async function watching<T>(redis: Redis, method: string, run: () => Promise<T>): Promise<T> {
  const names = new Set<string>();
  const watch = (commands: Pick<Redis, 'run'>): void => {
    const plain = commands.run;
    commands.run = (command) => {
      names.add(methodNameOf(command.spec.name));
      return plain.call(commands, command) as never;
    };
  };
  const { run: plainRun, acquire } = redis;
  watch(redis);
  redis.acquire = async (options) => {
    const lease = await acquire.call(redis, options);
    watch(lease);
    return lease as Lease;
  };
  try {
    const value = await run();
    assert.ok(names.has(method), `the case ran ${[...names]} and not ${method}`);
    return value;
  } finally {
    redis.run = plainRun;
    redis.acquire = acquire;
  }
}

function compare(value: unknown, gives: unknown): void {
  if (typeof gives === 'function') gives(value);
  else assert.deepEqual(withPlainBytes(value), withPlainBytes(gives));
}

/** What stays the same from run to run: names and types, except names that are measures themselves. */
function formOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return 'bytes';
  if (value === null) return null;
  if (Array.isArray(value)) return value.map(formOf);
  if (typeof value !== 'object') return typeof value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [
      /^\d+$/.test(name) ? 'a number' : name,
      formOf(each),
    ]),
  );
}

/** A Buffer and a Uint8Array of equal bytes are equal to a user. */
function withPlainBytes(value: unknown): unknown {
  if (value instanceof Uint8Array) return { bytes: [...value] };
  if (Array.isArray(value)) return value.map(withPlainBytes);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, each]) => [name, withPlainBytes(each)]),
  );
}
