/** Commands of modules: a server on which a known command has a name that nobody knows. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { COMMANDS } from './command-table.js';
import { areKeyPlaces } from './key-positions.js';
import { addCommands } from './module-commands.js';
import type { Key, Value } from './parameters.js';
import type { Strings } from './reply-shapes.js';

declare module './commands.js' {
  interface Commands<S extends Strings> {
    jsonGet(key: Key): Promise<S | null>;
    jsonSet(key: Key, value: Value, options?: { nx?: boolean; xx?: boolean }): Promise<'OK' | null>;
  }
}

let server: TestServer;
let redis: Redis;
before(async () => {
  const config = { 'rename-command': ['GET JSON.GET', 'SET JSON.SET', 'ECHO NO.KEYS'] };
  server = await startServer({ config });
  redis = await connect(server.url);
  addCommands({
    'JSON.GET': { method: 'jsonGet', keys: '1', readOnly: true },
    'JSON.SET': { method: 'jsonSet', keys: '1', args: '. . {nx|xx}' },
    'UNTOLD.PLACES': { readOnly: true },
    'NO.KEYS': { keys: '' },
  });
});
after(async () => {
  await redis.close();
  await server.stop();
});

test('the methods run alone, in batches, views and namespaces', async () => {
  assert.equal(await redis.jsonSet('k', '{}', { nx: true }), 'OK');
  assert.equal(await redis.jsonSet('k', '[]', { nx: true }), null);
  assert.deepEqual(await redis.bytes.jsonGet('k'), Buffer.from('{}'));
  assert.deepEqual(await redis.multi((tx) => [tx.jsonGet('k'), tx.jsonGet('none')]), ['{}', null]);
  assert.equal(await redis.namespace('n:').jsonSet('k', 'x'), 'OK');
  assert.equal(await redis.jsonGet('n:k'), 'x');
  assert.equal(await redis.namespace('n:').call(['json.get', 'k']), 'x');
});

test('a namespace runs a command without keys, and refuses one of which that was not said', async () => {
  const app = redis.namespace('n:');

  assert.equal(await app.call(['NO.KEYS', 'k']), 'k');
  await assert.rejects(app.call(['UNTOLD.PLACES', 'k']), { code: 'OUTSIDE_NAMESPACE' });
});

test('an option that is unknown is refused', async () => {
  // @ts-expect-error: it has no such option
  await assert.rejects(redis.jsonSet('k', 'v', { ex: 1 }), { code: 'INVALID_ARGUMENT' });
});

for (const [what, commands] of [
  ['a known command', { GET: {} }],
  ['a method that exists', { 'JSON.DEL': { method: 'del' } }],
  ['a name of two words', { 'JSON DEL': {} }],
  ['a name in small letters', { 'json.del': {} }],
  ['a method of batches', { 'JSON.DEL': { method: 'pipeline' } }],
  ['a method of views', { 'JSON.DEL': { method: 'namespace' } }],
  ['a method of objects', { 'JSON.DEL': { method: 'constructor' } }],
  ['a method that would make a promise of a client', { 'JSON.DEL': { method: 'then' } }],
  [
    'a method that is there twice',
    { 'JSON.A': { method: 'jsonA' }, 'JSON.B': { method: 'jsonA' } },
  ],
  ['a method that is no name', { 'JSON.DEL': { method: 5 } }],
  ['a command without facts', { 'JSON.DEL': null }],
  ['a misspelled fact', { 'JSON.DEL': { readonly: true } }],
  ['a flag that is none', { 'JSON.DEL': { lengthy: 1 } }],
  ['a number for key positions', { 'JSON.DEL': { keys: 1 } }],
  ['key positions that mean nothing', { 'JSON.DEL': { keys: 'first' } }],
  ['key positions without end', { 'JSON.DEL': { keys: '1:-1:0' } }],
  ['a plan with a brace that is open', { 'JSON.DEL': { args: '. {oops' } }],
  ['a plan with items that mean nothing', { 'JSON.DEL': { args: '. ?? {nx=' } }],
  ['a reader by name', { 'JSON.DEL': { reply: 'text' } }],
  ['a reader with a misspelled member', { 'JSON.DEL': { reply: { istext: true } } }],
] as const) {
  test(`${what} is refused, and nothing is added`, async () => {
    const given = { 'JSON.NEW': { keys: '1' }, ...commands };

    assert.throws(() => addCommands(given as never), { code: 'INVALID_ARGUMENT' });
    await assert.rejects(redis.namespace('n:').call(['JSON.NEW', 'k']), {
      code: 'OUTSIDE_NAMESPACE',
    });
  });
}

test('no method takes the place of what a client, lease or transaction has', async () => {
  await using lease = await redis.acquire();
  const transaction = await redis.transaction((tx) => [tx]);
  let recorder: object = {};
  await redis.pipeline((p) => {
    recorder = p;
    return [];
  });

  for (const name of [redis, lease, ...transaction, recorder].flatMap(namesOf)) {
    const given = { 'JSON.OWN': { method: name } };
    assert.throws(() => addCommands(given), { code: 'INVALID_ARGUMENT' }, name);
  }
});

test('the positions of all known keys can be read', () => {
  for (const { name, keys } of COMMANDS.values())
    assert.ok(areKeyPlaces(keys ?? ''), `${name}: ${keys}`);
});

/** All names on an object and its prototypes. */
function namesOf(object: object): string[] {
  const parent: object | null = Object.getPrototypeOf(object);
  return [...Object.getOwnPropertyNames(object), ...(parent === null ? [] : namesOf(parent))];
}
