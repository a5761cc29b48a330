/** Iteration over keys, fields and members: nothing is missed, nothing is asked for that is not wanted. */
import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect } from '../client/connect.js';
import type { Redis } from '../client/redis.js';
import { CommandAbortedError } from '../errors/connection-error.js';
import type { Reply } from '../protocol/reply.js';
import type { Command } from './command.js';
import { PipeliningCommands } from './pipelining-commands.js';
import type { KeyScanOptions } from './scan-iterators.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
beforeEach(async () => {
  await server.command('FLUSHALL');
  await server.command('CONFIG', 'RESETSTAT');
});
after(() => server.stop());

for (const protocol of [2, 3] as const) {
  describe(`under RESP${protocol}`, () => {
    let redis: Redis;
    before(async () => {
      redis = await connect(server.url, { protocol });
    });
    after(() => redis.close());

    test('all of 10,000 keys are seen', async () => {
      const keys = await fill(redis, 10_000);

      const seen = await all(redis.scanIterator({ count: 500 }));

      assert.deepEqual([...new Set(seen)].sort(), keys.sort());
    });

    test('keys that stay are seen while others are deleted and added', async () => {
      const keys = await fill(redis, 2_000);
      const staying = keys.filter((_, index) => index % 2 === 0);
      const going = keys.filter((_, index) => index % 2 === 1);

      const seen = new Set<string>();
      for await (const key of redis.scanIterator({ count: 100 })) {
        seen.add(key);
        await redis.del(going.pop() ?? 'none');
        await redis.set(`new:${seen.size}`, 1);
      }

      assert.deepEqual(
        staying.filter((key) => !seen.has(key)),
        [],
      );
    });

    test('what was seen can be deleted at once, until nothing is left', async () => {
      await fill(redis, 500);

      for await (const key of redis.scanIterator()) await redis.del(key);

      assert.equal(await server.command('DBSIZE'), '0');
    });

    test('fields come with their values, members alone or with their scores', async () => {
      await redis.call(['HSET', 'h', 'a', '1', '__proto__', 'ü']);
      await redis.call(['SADD', 's', 'x', 'y']);
      await redis.call(['ZADD', 'z', '1.5', 'one', '-inf', 'least', '1e300', 'huge']);

      assert.deepEqual((await all(redis.hscanIterator('h'))).sort(), [
        ['__proto__', 'ü'],
        ['a', '1'],
      ]);
      assert.deepEqual((await all(redis.sscanIterator('s'))).sort(), ['x', 'y']);
      assert.deepEqual((await all(redis.zscanIterator('z'))).sort(), [
        ['huge', 1e300],
        ['least', Number.NEGATIVE_INFINITY],
        ['one', 1.5],
      ]);
    });

    test('collections of many pages are seen whole', async () => {
      const names = Array.from({ length: 3_000 }, (_, index) => `name:${index}`);
      await redis.call(['HSET', 'h', ...names.flatMap((name) => [name, name])]);
      await redis.call(['SADD', 's', ...names]);
      await redis.call(['ZADD', 'z', ...names.flatMap((name, index) => [index, name])]);

      const fields = new Map(await all(redis.hscanIterator('h')));
      const members = new Set(await all(redis.sscanIterator('s')));
      const scores = new Map(await all(redis.zscanIterator('z')));

      assert.deepEqual([...fields].sort(), names.map((name) => [name, name]).sort());
      assert.deepEqual([...members].sort(), [...names].sort());
      assert.deepEqual([...scores].sort(), names.map((name, index) => [name, index]).sort());
    });

    test('in the bytes view names that are no text survive', async () => {
      const name = Buffer.from([0xff, 0x00, 0xfe]);
      await redis.call(['HSET', name, name, name]);

      assert.deepEqual(await all(redis.bytes.scanIterator()), [name]);
      assert.deepEqual(await all(redis.bytes.hscanIterator(name)), [[name, name]]);
      await redis.call(['SADD', 's', name]);
      assert.deepEqual(await all(redis.bytes.sscanIterator('s')), [name]);
      await redis.call(['ZADD', 'z', 0.5, name]);
      assert.deepEqual(await all(redis.bytes.zscanIterator('z')), [[name, 0.5]]);
    });

    test('patterns and types leave out what is not asked for', async () => {
      await redis.set('user:1', 'v');
      await redis.set('order:1', 'v');
      await redis.call(['HSET', 'user:2', 'name', 'v', 'age', 'v']);
      await redis.call(['SADD', 's', 'ab', 'cd']);
      await redis.call(['ZADD', 'z', 1, 'ab', 2, 'cd']);

      assert.deepEqual((await all(redis.scanIterator({ match: 'user:*' }))).sort(), [
        'user:1',
        'user:2',
      ]);
      assert.deepEqual(await all(redis.scanIterator({ match: 'user:*', type: 'hash' })), [
        'user:2',
      ]);
      assert.deepEqual(await all(redis.scanIterator({ type: 'stream' })), []);
      assert.deepEqual(await all(redis.hscanIterator('user:2', { match: 'n*' })), [['name', 'v']]);
      assert.deepEqual(await all(redis.sscanIterator('s', { match: Buffer.from('a?') })), ['ab']);
      assert.deepEqual(await all(redis.zscanIterator('z', { match: 'c*' })), [['cd', 2]]);
      assert.deepEqual(await all(redis.sscanIterator('none')), []);
    });
  });
}

test('the next page is asked for when the last is used up, and none after leaving the loop', async () => {
  await using redis = await connect(server.url);
  await fill(redis, 1_000);

  const iterator = redis.scanIterator({ count: 100 });
  assert.equal(await pagesAsked(), 0, 'nothing is sent before it is asked for');
  await iterator.next();
  await iterator.next();
  assert.equal(await pagesAsked(), 1);
  for await (const _ of iterator) if ((await pagesAsked()) === 2) break;

  assert.deepEqual(await iterator.next(), { value: undefined, done: true });
  assert.equal(await pagesAsked(), 2);
});

test('`count` makes pages larger', async () => {
  await using redis = await connect(server.url);
  await fill(redis, 1_000);

  await all(redis.scanIterator({ count: 10_000 }));

  assert.equal(await pagesAsked(), 1);
});

test('an abort ends the loop between two elements of a page, with the signal’s reason as the cause', async () => {
  await using redis = await connect(server.url);
  await fill(redis, 100);
  const abort = new AbortController();
  const reason = new Error('enough');
  const seen: string[] = [];

  await assert.rejects(
    async () => {
      for await (const key of redis.scanIterator({ count: 1_000, signal: abort.signal })) {
        seen.push(key);
        if (seen.length === 3) abort.abort(reason);
      }
    },
    (error) => error instanceof CommandAbortedError && error.cause === reason,
  );
  assert.equal(seen.length, 3);
  assert.equal(await pagesAsked(), 1);
});

test('an abort ends the wait for a page, and one before the first page sends nothing', async () => {
  await using redis = await connect(server.url);
  const abort = new AbortController();
  server.pause();
  const page = redis.scanIterator({ signal: abort.signal }).next();
  abort.abort();
  await assert.rejects(page, { name: 'AbortError', code: 'ABORTED' });
  server.resume();
  await redis.call(['PING']); // behind the page that was given up
  await server.command('CONFIG', 'RESETSTAT');

  const late = redis.sscanIterator('s', { signal: abort.signal }).next();
  await assert.rejects(late, { code: 'ABORTED', sent: 'no' });
  assert.equal(await pagesAsked(), 0);
});

test('what the server refuses, and what is no option, rejects from the loop', async () => {
  await using redis = await connect(server.url);
  await redis.set('k', 'v');

  await assert.rejects(all(redis.hscanIterator('k')), { code: 'WRONGTYPE', command: 'HSCAN' });
  const typed = { type: 'hash' } as object;
  const misused = { name: 'UsageError', code: 'INVALID_ARGUMENT' };
  await assert.rejects(all(redis.sscanIterator('k', typed)), misused);
  await assert.rejects(all(redis.scanIterator({ pattern: '*' } as KeyScanOptions)), misused);
  await assert.rejects(all(redis.scanIterator({ signal: 'no' } as never)), misused);
});

test('iterators keep to the options of their view', async () => {
  await using redis = await connect(server.url);
  await redis.set('k', 'v');
  const signal = AbortSignal.abort();

  await assert.rejects(all(redis.with({ signal }).scanIterator()), { code: 'ABORTED' });
  assert.deepEqual(await all(redis.with({ timeoutMs: 60_000 }).scanIterator()), ['k']);
});

test('cursors go back as they came, whatever their length, and empty pages are passed over', async () => {
  const pages = new Pages([
    ['18446744073709551615', []],
    ['9007199254740993', ['a']],
    ['00', []],
    ['0', ['b', 'b']],
  ]);

  assert.deepEqual(await all(pages.scanIterator({ match: '*' })), ['a', 'b', 'b']);
  assert.deepEqual(pages.asked, [
    ['SCAN', '0', 'MATCH', '*'],
    ['SCAN', '18446744073709551615', 'MATCH', '*'],
    ['SCAN', '9007199254740993', 'MATCH', '*'],
    ['SCAN', '00', 'MATCH', '*'],
  ]);
});

/** Gives pages that no server of a test's size has. */
class Pages extends PipeliningCommands<string> {
  readonly asked: unknown[][] = [];
  readonly #pages: Reply[];

  constructor(pages: Reply[]) {
    super('utf8');
    this.#pages = pages;
  }

  protected dispatch<T>(command: Command<T>): Promise<T> {
    this.asked.push([command.spec.name, ...command.args]);
    const promise = command.start();
    command.settle(this.#pages.shift() ?? null, 'nowhere');
    return promise;
  }

  runBatch(): void {}
}

async function all<T>(elements: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const each of elements) list.push(each);
  return list;
}

async function fill(redis: Redis, count: number): Promise<string[]> {
  const keys = Array.from({ length: count }, (_, index) => `key:${index}`);
  await redis.mset(Object.fromEntries(keys.map((key) => [key, 1])));
  return keys;
}

/** How many pages the server was asked for. */
async function pagesAsked(): Promise<number> {
  const stats = await server.command('INFO', 'commandstats');
  const calls = [...stats.matchAll(/cmdstat_\w?scan:calls=(\d+)/g)];
  return calls.reduce((sum, [, count]) => sum + Number(count), 0);
}
