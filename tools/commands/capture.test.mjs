/** What is captured of servers: the joining of what they said, and the facts against the one installed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { findServerBinary } from '@carillon/test-kit';
import { askServer, merge } from './capture.mjs';
import { readFacts } from './facts.mjs';

function isInstalled() {
  try {
    return findServerBinary() !== undefined;
  } catch {
    return false;
  }
}

/** Flags that a client goes by, and that no version has changed. */
const LASTING = new Set(['movablekeys', 'pubsub', 'readonly', 'write']);

test('the installed server says of keys and flags what the facts say', async (t) => {
  if (!isInstalled()) return t.skip('there is no server');
  const { commands: captured } = merge([await askServer('redis-7.0')]);
  const { commands } = readFacts();

  assert.ok(Object.keys(captured).length > 200);
  for (const [name, { keys, flags, readOnly }] of Object.entries(captured)) {
    const known = commands[name];
    assert.ok(known, name);
    const lasting = (/** @type {readonly string[]} */ all) =>
      all.filter((flag) => LASTING.has(flag));
    assert.deepEqual(
      { keys, readOnly, flags: lasting(flags) },
      { keys: known.keys, readOnly: known.readOnly, flags: lasting(known.flags) },
      name,
    );
  }
});

/**
 * A server that has one command.
 *
 * @param {string} version
 * @param {readonly [string, unknown][]} docs
 * @param {{ flags?: string[], keys?: unknown[] }} [info]
 * @returns {any}
 */
function serverWith(version, docs, { flags = [], keys = [] } = {}) {
  const info = ['get', 2, flags, 1, 1, 1, [], [], keys, []];
  return { version, docs: new Map([['get', new Map(docs)]]), info: [info] };
}

/** @param {readonly string[]} flags @param {readonly [string, number][]} find */
function keySpec(flags, find) {
  const part = (/** @type {readonly [string, number][]} */ spec) =>
    new Map([['spec', new Map(spec)]]);
  return new Map(
    /** @type {[string, any][]} */ ([
      ['flags', flags],
      ['begin_search', part([['index', 1]])],
      ['find_keys', part(find)],
    ]),
  );
}

for (const [said, growth] of [
  ['O(1)', 'O(1)'],
  ['O(N) where N is the length', 'O(N)'],
  ['O(log(N)) for each item', 'O(log(N))'],
  ['Time complexity: O(N + M)', 'O(N+M)'],
]) {
  test(`the order of growth is taken from "${said}"`, () => {
    const { commands } = merge([serverWith('redis-8.6', [['complexity', said]])]);

    assert.equal(commands.GET?.growth, growth);
  });
}

test('what the newest server says counts, and what only others say is kept', () => {
  const { commands } = merge([
    serverWith('redis-8.0', [
      ['since', '1.0.0'],
      ['complexity', 'O(N)'],
      ['group', 'string'],
    ]),
    serverWith('valkey-9.1', [
      ['since', '2.0.0'],
      ['complexity', 'O(1)'],
    ]),
    serverWith('redis-8.6', []),
  ]);

  const { since, growth, group, servers } = commands.GET ?? {};
  assert.deepEqual(
    { since, growth, group },
    {
      since: { redis: '1.0.0', valkey: '2.0.0' },
      growth: 'O(1)',
      group: 'string',
    },
  );
  assert.deepEqual(servers, ['redis-8.0', 'valkey-9.1', 'redis-8.6']);
});

test('a command is read-only when all servers say so', () => {
  const reads = serverWith('redis-8.0', [], { flags: ['readonly'] });
  const writes = serverWith('redis-8.6', [], { flags: ['write'] });

  assert.equal(merge([reads]).commands.GET?.readOnly, true);
  assert.equal(merge([writes, reads]).commands.GET?.readOnly, false);
  assert.equal(merge([reads, writes]).commands.GET?.readOnly, false);
});

test('keys that are not all told, and names that are no keys, are marked', () => {
  const keys = [
    keySpec(['RO', 'incomplete'], [['lastkey', 0]]),
    keySpec(['not_key'], [['lastkey', 0]]),
  ];
  const { commands } = merge([serverWith('redis-8.6', [], { keys })]);

  assert.deepEqual(commands.GET?.keys, [
    { begin: { index: 1 }, find: { lastkey: 0 }, isIncomplete: true },
    { begin: { index: 1 }, find: { lastkey: 0 }, isChannelOrSlot: true },
  ]);
});
