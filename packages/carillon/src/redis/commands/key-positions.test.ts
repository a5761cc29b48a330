/** Key positions: ours against what a server answers to COMMAND GETKEYS. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
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
  'MIGRATE h 1 keys 0 10',
  'SORT a BY by GET store GET # LIMIT 0 1 STORE d',
];

/** Names that read like options, some of them in small letters. */
const NAMES: readonly string[] = [
  ...[
    'keys',
    'STREAMS',
    'store',
    'STOREDIST',
    'by',
    'GET',
    'limit',
    'COUNT',
    'auth',
    'AUTH2',
    'copy',
  ],
  ...['group', 'BLOCK', 'match', 'alpha', '#', 'k'],
];

/** Draws from lists by a sequence that is the same in every run. */
class Draw {
  #state = 20_261_121;

  below(limit: number): number {
    this.#state = (Math.imul(this.#state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return (this.#state >>> 8) % limit;
  }

  name(): string {
    return NAMES[this.below(NAMES.length)] as string;
  }

  names(): string[] {
    return Array.from({ length: 1 + this.below(3) }, () => this.name());
  }

  /** Some of the options, in any order. */
  some(options: readonly (readonly string[])[]): string[] {
    return options
      .filter(() => this.below(2) === 0)
      .map((words) => ({ words, place: this.below(1_000) }))
      .sort((one, other) => one.place - other.place)
      .flatMap(({ words }) => words);
  }
}

// Where a command stores comes last: a server tells a wrong key for a store that options follow, though
// it then stores in the right one.
const DRAWN: Readonly<Record<string, (draw: Draw) => string[]>> = {
  SORT: (draw) => [
    draw.name(),
    ...draw.some([['BY', draw.name()], ['get', draw.name()], ['LIMIT', '0', '9'], ['ALPHA']]),
    ...draw.some([['STORE', draw.name()]]),
  ],
  GEORADIUS: (draw) => [
    ...[draw.name(), '1', '1', '1', 'km'],
    ...draw.some([['COUNT', '3', 'ANY'], ['ASC']]),
    ...draw.some([[draw.below(2) === 0 ? 'store' : 'STOREDIST', draw.name()]]),
  ],
  MIGRATE: (draw) => {
    const isOne = draw.below(2) === 0;
    return [
      ...['host', '1', isOne ? draw.name() : '', '0', '10'],
      ...draw.some([['COPY'], ['replace']]),
      ...draw.some([['AUTH', draw.name()]]),
      ...draw.some([['auth2', draw.name(), draw.name()]]),
      ...(isOne ? [] : ['KEYS', ...draw.names()]),
    ];
  },
  XREAD: (draw) => {
    const keys = draw.names();
    const options = draw.some([
      ['COUNT', '1'],
      ['block', '5'],
    ]);
    return [...options, 'STREAMS', ...keys, ...keys.map(() => '0')];
  },
  XREADGROUP: (draw) => {
    const keys = draw.names();
    const options = draw.some([['COUNT', '1'], ['block', '5'], ['NOACK']]);
    return ['GROUP', draw.name(), 'me', ...options, 'streams', ...keys, ...keys.map(() => '>')];
  },
};

/** A call's keys, as we find them. */
function ours(words: readonly string[]): string {
  const [first = '', second = ''] = words;
  const entry = COMMANDS.get(`${first} ${second}`) ?? COMMANDS.get(first);
  assert.ok(entry?.keys !== undefined);
  const headLength = entry.name.split(' ').length;
  const args = words.slice(headLength);
  return keyIndexes(entry.keys, args, headLength)
    .map((index) => args[index])
    .join('\n');
}

describe('keys are where the server finds them', () => {
  for (const call of CALLS) {
    test(call, async () => {
      const words = call.split(' ');

      assert.equal(ours(words), await server.command('COMMAND', 'GETKEYS', ...words));
    });
  }

  for (const [command, drawn] of Object.entries(DRAWN)) {
    test(`in 300 calls of ${command} whose names read like options`, async () => {
      await using redis = await connect(server.url);
      const draw = new Draw();
      const calls = Array.from({ length: 300 }, () => [command, ...drawn(draw)] as const);

      const theirs = await redis.pipeline((p) =>
        calls.map((words) => p.call(['COMMAND', 'GETKEYS', ...words])),
      );

      for (const [index, words] of calls.entries()) {
        assert.equal(ours(words), (theirs[index] as string[]).join('\n'), words.join(' '));
      }
    });
  }
});

test('what is cut short has the keys that are there', () => {
  assert.deepEqual(keyIndexes('#1', [3, 'a'], 1), [1]);
  assert.deepEqual(keyIndexes('#1', ['x', 'a'], 1), []);
  assert.deepEqual(keyIndexes('1', [], 1), []);
  assert.deepEqual(keyIndexes('STREAMS:/2', ['COUNT', 1], 1), []);
  assert.deepEqual(keyIndexes('1 STORE>2', ['k', 'STORE'], 1), [0]);
  assert.deepEqual(keyIndexes('3|KEYS>6:-1', ['h', 1, '', 0, 10, 'KEYS'], 1), [2]);
});
