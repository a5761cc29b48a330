/** Commands that change a cluster, each on nodes of their own. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  fetchServer,
  type ServerBinary,
  startServer,
  type TestServer,
  waitFor,
} from '@carillon/test-kit';
import { connect, type Redis } from '../../../entries/redis.js';

const VERSIONS = ['installed', 'valkey-9.1', 'redis-8.6'] as const;

for (const version of VERSIONS) {
  const fetched = version === 'installed' ? undefined : await fetchServer(version);
  const skip = fetched?.available === false ? fetched.reason : false;
  const binary = fetched?.available === true ? fetched.binary : undefined;

  // At once, because they mostly wait for what servers do once a second.
  describe(`on ${version}`, { skip, concurrency: true }, () => {
    test('nodes meet and forget each other', async () => {
      await using nodes = await startNodes(binary);
      const [a, b] = nodes.clients;
      const [idOfA, idOfB] = [await a.clusterMyid(), await b.clusterMyid()];

      assert.equal(await a.clusterMeet(nodes.b.host, nodes.b.port), 'OK');
      await waitFor(async () => (await a.clusterLinks()).length === 2);
      await waitFor(async () => (await b.clusterNodes()).includes(idOfA));

      for (const protocol of [2, 3] as const) {
        await using client = await connect(nodes.a.url, { protocol });
        const links = await client.clusterLinks();
        assert.deepEqual(links.map(({ direction }) => direction).sort(), ['from', 'to']);
        for (const link of links) {
          const { direction, events, node, ...numbers } = link;
          assert.equal(node, idOfB);
          assert.match(events, /^[rw]+$/);
          assert.deepEqual(
            Object.entries(numbers).map(([name, value]) => [name, typeof value]),
            [
              ['create-time', 'number'],
              ['send-buffer-allocated', 'number'],
              ['send-buffer-used', 'number'],
            ],
          );
        }
      }

      assert.equal(await a.clusterForget(idOfB), 'OK');
      assert.doesNotMatch(await a.clusterNodes(), new RegExp(idOfB));
    });

    test('a replica takes the place of its primary', async () => {
      await using nodes = await startNodes(binary);
      const [a, b] = nodes.clients;
      await a.clusterAddslotsrange([0, 16383]);
      await meet(nodes);
      const [idOfA, idOfB] = [await a.clusterMyid(), await b.clusterMyid()];
      await assert.rejects(a.clusterFailover(), { name: 'ReplyError', code: 'ERR' });

      assert.equal(await b.clusterReplicate(idOfA), 'OK');
      await waitFor(async () => (await a.clusterReplicas(idOfA)).length === 1, SLOWLY);
      assert.match((await a.clusterReplicas(idOfA)).join(), new RegExp(`^${idOfB} .* slave `));
      assert.match((await a.clusterSlaves(idOfA)).join(), new RegExp(`^${idOfB} .* slave `));
      await waitFor(async () => {
        const role = await b.role();
        return role.role === 'slave' && role.state === 'connected';
      }, SLOWLY);
      const [shard] = await a.clusterShards();
      assert.deepEqual(
        shard?.nodes.map(({ id, role }) => [id, role]),
        [
          [idOfA, 'master'],
          [idOfB, 'replica'],
        ],
      );
      const served = await waitFor(async () => {
        const [slots] = await a.clusterSlots();
        return slots?.nodes.length === 2 ? slots.nodes : undefined;
      }, SLOWLY);
      assert.deepEqual(
        served?.map(({ endpoint, id }) => [endpoint, id]),
        [
          [nodes.a.host, idOfA],
          [nodes.b.host, idOfB],
        ],
      );

      assert.equal(await b.clusterFailover(), 'OK');
      await waitFor(async () => (await b.role()).role === 'master', SLOWLY);
      await waitFor(async () => (await a.role()).role === 'slave', SLOWLY);
      assert.equal(await a.clusterFailover({ takeover: true }), 'OK');
      await waitFor(async () => (await a.role()).role === 'master', SLOWLY);
    });

    test('a slot that moves by hand has the states it is given', async () => {
      await using nodes = await startNodes(binary);
      const [a, b] = nodes.clients;
      await divideSlots(nodes);
      const [idOfA, idOfB] = [await a.clusterMyid(), await b.clusterMyid()];

      assert.equal(await b.clusterSetslot(5, 'IMPORTING', idOfA), 'OK');
      assert.equal(await a.clusterSetslot(5, 'MIGRATING', idOfB), 'OK');
      assert.match(await b.clusterNodes(), new RegExp(`\\[5-<-${idOfA}\\]`));
      assert.match(await a.clusterNodes(), new RegExp(`\\[5->-${idOfB}\\]`));
      assert.equal(await b.clusterSetslot(5, 'NODE', idOfB), 'OK');
      assert.equal(await a.clusterSetslot(5, 'NODE', idOfB), 'OK');
      await waitFor(async () => (await a.clusterInfo()).cluster_state === 'ok', SLOWLY);
      assert.deepEqual(
        (await a.clusterSlots()).map(({ start, end, nodes: [node] }) => [start, end, node?.id]),
        [
          [0, 4, idOfA],
          [5, 5, idOfB],
          [6, 8000, idOfA],
          [8001, 16383, idOfB],
        ],
      );
    });

    test('slots move from node to node of Valkey', async (t) => {
      if (binary?.name !== 'valkey') return t.skip('the server moves them in another way');
      await using nodes = await startNodes(binary);
      const [a, b] = nodes.clients;
      await divideSlots(nodes);
      const [idOfA, idOfB] = [await a.clusterMyid(), await b.clusterMyid()];
      await assert.rejects(a.clusterCancelslotmigrations(), { name: 'ReplyError', code: 'ERR' });

      nodes.b.pause(); // so that nothing is done before it is called off
      const first = { slotsrange: [0, 9], node: idOfB } as const;
      assert.equal(await a.clusterMigrateslots(first), 'OK');
      assert.equal(await a.clusterCancelslotmigrations(), 'OK');
      nodes.b.resume();
      const ranges = [
        [20, 29],
        [40, 49],
      ] as const;
      const second = { slotsrange: ranges, node: idOfB } as const;
      assert.equal(await a.clusterMigrateslots(first, second), 'OK');
      await waitFor(async () => {
        const migrations = await a.clusterGetslotmigrations();
        const hasState = (slots: string, state: string): boolean =>
          migrations.some((each) => each.slot_ranges === slots && each.state === state);
        const jobs = [first, second].filter(
          (_, index) => !hasState(['0-9', '20-29 40-49'][index] ?? '', 'success'),
        );
        // Servers on a busy machine give up after a while; they are asked again.
        const isOver = migrations.every(({ state }) => /success|failed|cancelled/.test(state));
        if (jobs.length > 0 && isOver) await a.clusterMigrateslots(...jobs);
        return jobs.length === 0;
      }, SLOWLY);

      for (const protocol of [2, 3] as const) {
        await using client = await connect(nodes.b.url, { protocol });
        const moved = (await client.clusterGetslotmigrations()).filter(
          ({ state }) => state === 'success',
        );
        assert.deepEqual(moved.map((each) => each.slot_ranges).sort(), ['0-9', '20-29 40-49']);
        for (const { operation, source_node, target_node, create_time, message } of moved) {
          assert.deepEqual([operation, source_node, target_node], ['IMPORT', idOfA, idOfB]);
          assert.deepEqual([typeof create_time, message], ['number', '']);
        }
      }
    });

    test('slots move from node to node of Redis', async (t) => {
      if (version !== 'redis-8.6') return t.skip('the server moves them in another way');
      await using nodes = await startNodes(binary);
      const [a, b] = nodes.clients;
      await divideSlots(nodes);

      const id = await b.clusterMigration('IMPORT', [0, 9], [20, 29]);
      await waitFor(async () => {
        const [task] = await b.clusterMigration('STATUS', 'ID', id);
        return task?.state === 'completed';
      }, SLOWLY);

      for (const protocol of [2, 3] as const) {
        await using client = await connect(nodes.b.url, { protocol });
        const [task, ...others] = await client.clusterMigration('STATUS', 'ALL');
        assert.deepEqual(others, []);
        assert.ok(task);
        const { create_time, start_time, end_time, write_pause_ms, ...texts } = task;
        for (const number of [create_time, start_time, end_time, write_pause_ms]) {
          assert.ok(Number.isSafeInteger(number));
        }
        assert.deepEqual(texts, {
          id,
          slots: '0-9 20-29',
          source: await a.clusterMyid(),
          dest: await b.clusterMyid(),
          operation: 'import',
          state: 'completed',
          last_error: '',
          retries: 0,
        });
      }
      assert.equal(await b.clusterMigration('CANCEL', 'ID', id), 0);
    });
  });
}

/** Nodes talk once a second, and serve nobody in their first two. */
const SLOWLY = { deadlineMs: 20_000, intervalMs: 50 };

interface Nodes extends AsyncDisposable {
  readonly a: TestServer;
  readonly b: TestServer;
  readonly clients: readonly [Redis, Redis];
}

async function startNodes(binary: ServerBinary | undefined): Promise<Nodes> {
  const options = { config: { 'cluster-enabled': 'yes' }, ...(binary && { binary }) };
  const [a, b] = [await startServer(options), await startServer(options)];
  const clients = [await connect(a.url), await connect(b.url)] as const;
  return {
    a,
    b,
    clients,
    async [Symbol.asyncDispose]() {
      for (const client of clients) await client.close();
      for (const server of [a, b]) await server[Symbol.asyncDispose]();
    },
  };
}

async function divideSlots(nodes: Nodes): Promise<void> {
  const [a, b] = nodes.clients;
  await a.clusterAddslotsrange([0, 8000]);
  await b.clusterAddslotsrange([8001, 16383]);
  await meet(nodes);
}

/** Makes them one cluster, and waits until both say that it serves. */
async function meet({ b: { host, port }, clients }: Nodes): Promise<void> {
  const [a, b] = clients;
  await a.clusterSetConfigEpoch(1);
  await b.clusterSetConfigEpoch(2);
  await a.clusterMeet(host, port);
  for (const client of clients) {
    await waitFor(async () => {
      const { cluster_state, cluster_known_nodes } = await client.clusterInfo();
      return cluster_state === 'ok' && cluster_known_nodes === '2';
    }, SLOWLY);
  }
}
