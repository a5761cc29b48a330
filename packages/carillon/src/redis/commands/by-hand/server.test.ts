/** Commands that end a server or change what it is, each on servers of its own. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { fetchServer, startServer, waitFor } from '@carillon/test-kit';
import { connect, type Redis } from '../../../entries/redis.js';
import { SERVER } from './server.js';

const VERSIONS = ['installed', 'valkey-9.1', 'redis-8.6'] as const;

for (const version of VERSIONS) {
  const fetched = version === 'installed' ? undefined : await fetchServer(version);
  const skip = fetched?.available === false ? fetched.reason : false;
  const binary = fetched?.available === true ? { binary: fetched.binary } : {};

  // At once, because they mostly wait for what servers do once a second.
  describe(`on ${version}`, { skip, concurrency: true }, () => {
    for (const protocol of [2, 3] as const) {
      test(`each part in replication has its own form, under RESP${protocol}`, async () => {
        await using primary = await startServer(binary);
        await using replica = await startServer(binary);
        await using leader = await connect(primary.url, { protocol });
        await using follower = await connect(replica.url, { protocol });

        assert.equal(await follower.replicaof(primary.host, primary.port), 'OK');
        assert.match(await follower.slaveof(primary.host, primary.port), /^OK Already/);
        await untilFollowed(leader, follower);

        const role = await follower.role();
        assert.ok(role.role === 'slave' && Number.isSafeInteger(role.offset));
        const { host, port } = primary;
        assert.deepEqual(role, {
          role: 'slave',
          host,
          port,
          state: 'connected',
          offset: role.offset,
        });
        const led = await leader.role();
        assert.ok(led.role === 'master');
        assert.deepEqual(led, {
          role: 'master',
          offset: led.offset,
          replicas: [
            { host: replica.host, port: replica.port, offset: Number(led.replicas[0]?.offset) },
          ],
        });

        assert.equal(await follower.replicaof('NO', 'ONE'), 'OK');
        assert.equal((await follower.role()).role, 'master');
      });
    }

    test('a failover is handed over, and called off', async () => {
      await using primary = await startServer(binary);
      await using replica = await startServer(binary);
      await using leader = await connect(primary.url);
      await using follower = await connect(replica.url);
      await assert.rejects(leader.failover({ abort: true }), { name: 'ReplyError', code: 'ERR' });
      await follower.replicaof(primary.host, primary.port);
      await untilFollowed(leader, follower);

      const to = [replica.host, replica.port] as const;
      replica.pause(); // it acknowledges nothing, so that the primary waits for it
      await leader.set('k', 'v');
      assert.equal(await leader.failover({ to, timeout: 60_000, force: true }), 'OK');
      assert.equal(await leader.failover({ abort: true }), 'OK');
      replica.resume();
      assert.equal((await leader.role()).role, 'master');

      await waitFor(async () => {
        const led = await leader.role();
        return led.role === 'master' && led.replicas[0]?.offset === led.offset;
      });
      assert.equal(await leader.failover({ to }), 'OK');
      await waitFor(async () => (await follower.role()).role === 'master');
      await waitFor(async () => (await leader.role()).role === 'slave');
    });

    for (const protocol of [2, 3] as const) {
      test(`a server that is shut down is gone, and the client says so, under RESP${protocol}`, async () => {
        await using server = await startServer(binary);
        await using redis = await connect(server.url, { protocol });

        await assert.rejects(redis.shutdown({ abort: true }), { name: 'ReplyError', code: 'ERR' });
        await assert.rejects(redis.shutdown({ nosave: true, now: true, force: true }), {
          code: 'CONNECTION_LOST',
          sent: 'maybe',
        });
        await waitFor(() => !server.isRunning);
      });
    }

    test('a shutdown that waits for a replica is called off, and then both have their reply', async () => {
      await using primary = await startServer({ ...binary, config: { 'shutdown-timeout': '60' } });
      await using replica = await startServer(binary);
      await using leader = await connect(primary.url);
      await using other = await connect(primary.url);
      await using follower = await connect(replica.url);
      await follower.replicaof(primary.host, primary.port);
      await untilFollowed(leader, follower);
      replica.pause();
      await other.set('k', 'v');

      const shutdown = leader.shutdown({ nosave: true });
      await waitFor(async () => (await other.shutdown({ abort: true })) === 'OK');

      await assert.rejects(shutdown, { name: 'ReplyError', code: 'ERR' });
      // Not asked through the same connection, which Valkey 9.1 answers no more.
      assert.equal(await other.get('k'), 'v');
      await Promise.all([primary.kill(), replica.kill()]); // or clients would wait for the paused one
    });

    for (const protocol of [2, 3] as const) {
      test(`modules are loaded with arguments and settings, under RESP${protocol}`, async () => {
        const config = { 'enable-module-command': 'yes', 'slowlog-log-slower-than': '0' };
        await using server = await startServer({ ...binary, config });
        await using redis = await connect(server.url, { protocol });
        const refused = { name: 'ReplyError', code: 'ERR' };
        const latest = async (): Promise<readonly string[] | undefined> =>
          (await redis.slowlogGet(1))[0]?.arguments;

        await assert.rejects(redis.moduleLoad('/no/module.so', 'a', ['b', 3]), refused);
        assert.deepEqual(await latest(), ['MODULE', 'LOAD', '/no/module.so', 'a', 'b', '3']);

        const options = { config: { x: 1, y: 'z' }, args: ['a', 2] };
        await assert.rejects(redis.moduleLoadex('/no/module.so', options), refused);
        assert.deepEqual(
          (await latest())?.join(' '),
          'MODULE LOADEX /no/module.so CONFIG x 1 CONFIG y z ARGS a 2',
        );

        await assert.rejects(redis.moduleLoadex('/no/module.so'), refused);
        assert.deepEqual(await latest(), ['MODULE', 'LOADEX', '/no/module.so']);
        await assert.rejects(redis.moduleUnload('no-module'), refused);
      });
    }
  });
}

test('a Sentinel tells of the primaries that it watches', () => {
  const { reply } = SERVER.ROLE ?? {};
  assert.ok(typeof reply === 'object');

  assert.deepEqual(reply.shape?.(['sentinel', ['first', 'second']], 'ROLE'), {
    role: 'sentinel',
    masters: ['first', 'second'],
  });
});

test('options that do not exist are refused before anything is sent', async () => {
  await using server = await startServer();
  await using redis = await connect(server.url);
  const { total_commands_processed: before } = (await redis.info('stats')).Stats ?? {};
  const unknown = { no: 1 } as never;
  const refused = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

  await assert.rejects(redis.commandList(unknown), refused);
  await assert.rejects(redis.failover(unknown), refused);
  await assert.rejects(redis.hotkeysStart('CPU', unknown), refused);
  await assert.rejects(redis.hotkeysStart('CPU', { slots: [1], no: 1 } as never), refused);
  await assert.rejects(redis.moduleLoadex('/no/module.so', unknown), refused);
  await assert.rejects(redis.shutdown(unknown), refused);
  await assert.rejects(redis.clusterMigrateslots(unknown), refused);
  await assert.rejects(redis.clusterSlotStats('ORDERBY', 'key-count', unknown), refused);
  await assert.rejects(redis.clusterSlotStats('NO' as never, 1, 2), refused);
  await assert.rejects(redis.clusterscan('0', unknown), refused);

  const { total_commands_processed: after } = (await redis.info('stats')).Stats ?? {};
  assert.equal(Number(after) - Number(before), 1, 'the first look itself');
});

/** Until the replica is connected, and its primary knows. */
async function untilFollowed(leader: Redis, follower: Redis): Promise<void> {
  await waitFor(
    async () => {
      const [led, follows] = [await leader.role(), await follower.role()];
      if (led.role !== 'master' || follows.role !== 'slave') return false;
      return led.replicas.length === 1 && follows.state === 'connected';
    },
    { deadlineMs: 20_000 },
  );
}
