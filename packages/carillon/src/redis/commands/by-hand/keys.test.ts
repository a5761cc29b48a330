/** Commands on keys that need more than one server, a disk, or a connection of their own. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fetchServer, startServer } from '@carillon/test-kit';
import { connect } from '../../../entries/redis.js';

for (const protocol of [2, 3] as const) {
  describe(`under RESP${protocol}`, () => {
    test('keys migrate to another server, one alone and several together', async () => {
      await using here = await startServer();
      await using there = await startServer({ password: 'secret' });
      await using redis = await connect(here.url, { protocol });
      await redis.mset({ a: 1, b: 2, c: 3 });
      const auth2 = ['default', 'secret'] as const;

      assert.equal(
        await redis.migrate(there.host, there.port, 'a', 0, 5_000, { auth: 'secret' }),
        'OK',
      );
      const both = redis.migrate(there.host, there.port, ['b', 'c'], 0, 5_000, {
        auth2,
        copy: true,
      });
      assert.equal(await both, 'OK');

      assert.deepEqual(await redis.mget('a', 'b', 'c'), [null, '2', '3']);
      assert.equal(await there.command('MGET', 'a', 'b', 'c'), '1\n2\n3');
    });

    test('a key that exists there is migrated only in its place', async () => {
      await using here = await startServer();
      await using there = await startServer();
      await using redis = await connect(here.url, { protocol });
      await redis.set('k', 'new');
      await there.command('SET', 'k', 'old');

      await assert.rejects(redis.migrate(there.host, there.port, 'k', 0, 5_000), {
        name: 'ReplyError',
        command: 'MIGRATE',
      });
      await redis.migrate(there.host, there.port, 'k', 0, 5_000, { replace: true });

      assert.equal(await there.command('GET', 'k'), 'new');
    });

    test('what was written waits for replicas', async () => {
      await using server = await startServer();
      const replicaof = `${server.host} ${server.port}`;
      await using replica = await startServer({ config: { replicaof } });
      await using redis = await connect(server.url, { protocol });
      await using lease = await redis.acquire();
      await lease.set('k', 'v');

      assert.equal(await lease.wait(1, 10_000), 1);
      assert.equal(await replica.command('GET', 'k'), 'v');
      await assert.rejects(
        redis.multi((tx) => [tx.wait(1, 0)]),
        { code: 'STATEFUL_COMMAND' },
      );
    });

    test('what was written waits for the disk', async (t) => {
      const fetched = await fetchServer('valkey-9.1'); // the installed one has no WAITAOF
      if (!fetched.available) return t.skip(fetched.reason);
      const { binary } = fetched;
      await using server = await startServer({ binary, config: { appendonly: 'yes' } });
      await using redis = await connect(server.url, { protocol });
      await using lease = await redis.acquire();
      await lease.set('k', 'v');

      assert.deepEqual(await lease.waitaof(1, 0, 10_000), [1, 0]);
    });

    test('RESTORE takes only what DUMP gave', async () => {
      await using server = await startServer();
      await using redis = await connect(server.url, { protocol });
      await redis.set('k', 'v');
      const serialized = await redis.dump('k');
      assert.ok(serialized);

      await assert.rejects(redis.restore('k', 0, serialized), { code: 'BUSYKEY' });
      const cut = redis.restore('l', 0, serialized.subarray(1));
      await assert.rejects(cut, { name: 'ReplyError', command: 'RESTORE' });
    });
  });
}
