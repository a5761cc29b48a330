/** Key positions: ours against what a server answers to COMMAND GETKEYS. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { COMMANDS } from './command-table.js';
import { keyIndexes } from './key-positions.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

const CALLS: readonly string[] = [
  'GET a',
  'MGET a b c',
  'MSET a 1 b 2',
  'BLPOP a b 0',
  'LMPOP 2 a b LEFT',
  'BLMPOP 0 2 a b LEFT COUNT 3',
  'EVAL return 2 a b c',
  'EVAL return 1 a',
  'ZUNIONSTORE d 2 a b WEIGHTS 1 2',
  'ZINTERCARD 2 a b LIMIT 1',
  'SINTERSTORE d a b',
  'BITOP AND d a b',
  'RENAME a b',
  'LCS a b LEN',
  'XREAD COUNT 2 STREAMS a b 0 0',
  'XREADGROUP GROUP STREAMS me STREAMS a b > >',
  'SORT a BY nosort LIMIT 0 1 STORE d',
  'SORT a',
  'OBJECT ENCODING a',
  'XINFO STREAM a',
  'MEMORY USAGE a',
  'GEORADIUS a 1 1 1 km STORE d',
  'MIGRATE h 1 a 0 10 COPY',
  'XGROUP CREATE a g $',
  'XREAD STREAMS STREAMS a 0 0',
];

describe('keys are where the server finds them', () => {
  for (const call of CALLS) {
    test(call, async () => {
      const words = call.split(' ');
      const [first = '', second = ''] = words;
      const entry = COMMANDS.get(`${first} ${second}`) ?? COMMANDS.get(first);
      assert.ok(entry);
      const headLength = entry.name.split(' ').length;
      const args = words.slice(headLength);

      const keys = keyIndexes(entry.keys, args, headLength).map((index) => args[index]);

      assert.equal(keys.join('\n'), await server.command('COMMAND', 'GETKEYS', ...words));
    });
  }
});

test('what is cut short has the keys that are there', () => {
  assert.deepEqual(keyIndexes('#1', [3, 'a'], 1), [1]);
  assert.deepEqual(keyIndexes('#1', ['x', 'a'], 1), []);
  assert.deepEqual(keyIndexes('1', [], 1), []);
  assert.deepEqual(keyIndexes('STREAMS:/2', ['COUNT', 1], 1), []);
});
