/** What each command of the group `cluster` gives. */
import assert from 'node:assert/strict';
import { waitFor } from '@carillon/test-kit';
import type { Redis } from '../../client/redis.js';
import type { ClusterShard, ClusterSlots, ClusterscanOptions } from '../by-hand/cluster.js';
import type { Strings } from '../reply-shapes.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

const NO_SLOTS = ['CLUSTER', 'FLUSHSLOTS'] as const;
const SOME_SLOTS = [NO_SLOTS, ['CLUSTER', 'ADDSLOTSRANGE', '0', '9', '20', '29']] as const;
const NEW_NODE = ['CLUSTER', 'RESET', 'HARD'] as const;
/** The slot of `{k}1` and others. */
const SLOT = 7629;
const ID = /^[0-9a-f]{40}$/;

export const CLUSTER_CASES: ShapeCases = {
  server: { config: { 'cluster-enabled': 'yes' } },
  cases: {
    // Those with keys, before others take slots away: it is a while until a node serves again.
    clusterCountkeysinslot: [
      {
        run: async (redis) => {
          await withKeys(redis);
          return redis.clusterCountkeysinslot(SLOT);
        },
        gives: 2,
      },
    ],
    clusterFlushslot: [
      {
        run: async (redis) => {
          await withKeys(redis);
          return [await redis.clusterFlushslot(SLOT, { sync: true }), await redis.dbsize()];
        },
        gives: ['OK', 0],
      },
    ],
    clusterGetkeysinslot: [
      {
        run: async (redis) => {
          await withKeys(redis);
          return (await redis.clusterGetkeysinslot(SLOT, 10)).sort();
        },
        gives: ['{k}1', '{k}2'],
        bytes: {
          run: async (redis) => {
            await withKeys(redis);
            return (await redis.clusterGetkeysinslot(SLOT, 10)).sort(Buffer.compare);
          },
          gives: [bytes('{k}1'), bytes('{k}2')],
        },
      },
    ],
    clusterSlotStats: [
      {
        run: async (redis) => {
          await withKeys(redis);
          return redis.clusterSlotStats('SLOTSRANGE', SLOT - 1, SLOT);
        },
        gives: [
          [SLOT - 1, { 'key-count': 0 }],
          [SLOT, { 'key-count': 2 }],
        ],
      },
      {
        run: async (redis) => {
          await withKeys(redis);
          return [
            await redis.clusterSlotStats('ORDERBY', 'key-count', { limit: 1 }),
            await redis.clusterSlotStats('ORDERBY', 'key-count', { limit: 2, asc: true }),
            (await redis.clusterSlotStats('ORDERBY', 'key-count')).length,
          ];
        },
        gives: [
          [[SLOT, { 'key-count': 2 }]],
          [
            [0, { 'key-count': 0 }],
            [1, { 'key-count': 0 }],
          ],
          16384,
        ],
      },
    ],
    clusterscan: [
      {
        run: async (redis) => {
          await withKeys(redis);
          return (await scanned(redis, { count: 1_000 })).sort();
        },
        gives: ['{k}1', '{k}2'],
      },
      {
        run: async (redis) => {
          await withKeys(redis);
          return scanned(redis, { match: '*2', type: 'string', slot: SLOT, count: 100 });
        },
        gives: ['{k}2'],
        bytes: {
          run: async (redis) => {
            await withKeys(redis);
            return scanned(redis, { match: '*1', slot: SLOT });
          },
          gives: [bytes('{k}1')],
        },
      },
    ],

    clusterAddslots: [
      {
        prepare: [NO_SLOTS],
        run: async (redis) => [await redis.clusterAddslots(1, [2, 5]), await slots(redis)],
        gives: ['OK', '1-2 5'],
      },
    ],
    clusterAddslotsrange: [
      {
        prepare: [NO_SLOTS],
        run: async (redis) => [
          await redis.clusterAddslotsrange([0, 9], [20, 29]),
          await slots(redis),
        ],
        gives: ['OK', '0-9 20-29'],
      },
    ],
    clusterBumpepoch: [
      { prepare: [NEW_NODE], run: (redis) => redis.clusterBumpepoch(), gives: 'BUMPED 1' },
    ],
    clusterCountFailureReports: [
      {
        run: async (redis) => redis.clusterCountFailureReports(await redis.clusterMyid()),
        gives: 0,
      },
    ],
    clusterDelslots: [
      {
        prepare: SOME_SLOTS,
        run: async (redis) => [await redis.clusterDelslots([0, 1], 20), await slots(redis)],
        gives: ['OK', '2-9 21-29'],
      },
    ],
    clusterDelslotsrange: [
      {
        prepare: SOME_SLOTS,
        run: async (redis) => [
          await redis.clusterDelslotsrange([0, 7], [20, 29]),
          await slots(redis),
        ],
        gives: ['OK', '8-9'],
      },
    ],
    clusterFlushslots: [
      {
        prepare: SOME_SLOTS,
        run: async (redis) => [await redis.clusterFlushslots(), await redis.clusterShards()],
        gives: ([ok, [shard]]: [string, ClusterShard[]]) => {
          assert.equal(ok, 'OK');
          assert.deepEqual(shard?.slots, []);
        },
      },
    ],
    clusterGetslotmigrations: [{ run: (redis) => redis.clusterGetslotmigrations(), gives: [] }],
    clusterInfo: [
      {
        prepare: SOME_SLOTS,
        run: async (redis) => {
          const { cluster_slots_assigned, cluster_known_nodes } = await redis.clusterInfo();
          return { cluster_slots_assigned, cluster_known_nodes };
        },
        gives: { cluster_slots_assigned: '20', cluster_known_nodes: '1' },
        bytes: {
          run: async (redis) => (await redis.clusterInfo()).cluster_known_nodes,
          gives: '1',
        },
      },
    ],
    clusterKeyslot: [{ run: (redis) => redis.clusterKeyslot('{k}1'), gives: SLOT }],
    clusterLinks: [{ run: (redis) => redis.clusterLinks(), gives: [] }],
    clusterMigration: [
      { run: (redis) => redis.clusterMigration('CANCEL', 'ALL'), gives: 0 },
      { run: (redis) => redis.clusterMigration('STATUS', 'ALL'), gives: [] },
      { run: (redis) => redis.clusterMigration('STATUS', 'ID', '0'.repeat(40)), gives: [] },
    ],
    clusterMyid: [
      { run: (redis) => redis.clusterMyid(), gives: (id: string) => assert.match(id, ID) },
    ],
    clusterMyshardid: [
      { run: (redis) => redis.clusterMyshardid(), gives: (id: string) => assert.match(id, ID) },
    ],
    clusterNodes: [
      {
        prepare: SOME_SLOTS,
        run: (redis) => redis.clusterNodes(),
        gives: (value: string) =>
          assert.match(value, /^[0-9a-f]{40} :\d+@\d+ myself,master - .* connected 0-9 20-29\n$/),
      },
    ],
    clusterReplicas: [
      { run: async (redis) => redis.clusterReplicas(await redis.clusterMyid()), gives: [] },
    ],
    clusterReset: [
      {
        run: async (redis) => {
          const id = await redis.clusterMyid();
          const soft = await redis.clusterReset();
          const isKept = id === (await redis.clusterMyid());
          return [
            soft,
            isKept,
            await redis.clusterReset({ hard: true }),
            await redis.clusterMyid(),
            id,
          ];
        },
        gives: ([soft, isKept, hard, after, before]: unknown[]) => {
          assert.deepEqual([soft, isKept, hard], ['OK', true, 'OK']);
          assert.notEqual(after, before);
        },
      },
    ],
    clusterSaveconfig: [{ run: (redis) => redis.clusterSaveconfig(), gives: 'OK' }],
    clusterSetConfigEpoch: [
      {
        prepare: [NEW_NODE],
        run: async (redis) => [
          await redis.clusterSetConfigEpoch(7),
          (await redis.clusterInfo()).cluster_my_epoch,
        ],
        gives: ['OK', '7'],
      },
    ],
    clusterSetslot: [
      {
        prepare: SOME_SLOTS,
        run: async (redis) => [
          await redis.clusterSetslot(5, 'STABLE'),
          await redis.clusterSetslot(5, 'NODE', await redis.clusterMyid()),
        ],
        gives: ['OK', 'OK'],
      },
    ],
    clusterShards: [
      {
        prepare: SOME_SLOTS,
        run: (redis) => redis.clusterShards(),
        gives: ([shard, ...others]: ClusterShard[]) => {
          assert.deepEqual(others, []);
          assert.deepEqual(shard?.slots, [
            [0, 9],
            [20, 29],
          ]);
          if (shard?.id !== undefined) assert.match(shard.id, ID);
          const [{ id, port, ...node } = { id: '', port: 0 }] = shard?.nodes ?? [];
          assert.match(id, ID);
          assert.ok(Number(port) > 0);
          assert.deepEqual(node, {
            ip: '',
            endpoint: '',
            role: 'master',
            'replication-offset': 0,
            health: 'online',
          });
        },
        bytes: {
          run: async (redis) => (await redis.clusterShards())[0]?.nodes[0]?.role,
          gives: 'master',
        },
      },
    ],
    clusterSlaves: [
      { run: async (redis) => redis.clusterSlaves(await redis.clusterMyid()), gives: [] },
    ],
    clusterSlots: [
      {
        prepare: SOME_SLOTS,
        run: (redis) => redis.clusterSlots(),
        gives: (value: ClusterSlots[]) => {
          const nodes = value.flatMap((each) => each.nodes);
          assert.deepEqual(
            value.map(({ start, end }) => [start, end]),
            [
              [0, 9],
              [20, 29],
            ],
          );
          assert.equal(nodes.length, 2);
          for (const { id, port, ...node } of nodes) {
            assert.match(id, ID);
            assert.ok(port > 0);
            assert.deepEqual(node, { endpoint: '', metadata: {} });
          }
        },
      },
    ],
    hotkeysStart: [
      {
        prepare: SOME_SLOTS,
        run: async (redis) => {
          const started = await redis.hotkeysStart('NET', { slots: [5, 6, 20] });
          const [report] = (await redis.hotkeysGet()) ?? [];
          await redis.hotkeysStop();
          await redis.hotkeysReset();
          return [started, report?.['selected-slots']];
        },
        gives: ['OK', [[5, 6], [20]]],
      },
    ],
  },
  elsewhere: {
    clusterCancelslotmigrations:
      'by-hand/cluster.test.ts :: slots move from node to node of Valkey',
    clusterFailover: 'by-hand/cluster.test.ts :: a replica takes the place of its primary',
    clusterForget: 'by-hand/cluster.test.ts :: nodes meet and forget each other',
    clusterMeet: 'by-hand/cluster.test.ts :: nodes meet and forget each other',
    clusterMigrateslots: 'by-hand/cluster.test.ts :: slots move from node to node of Valkey',
    clusterReplicate: 'by-hand/cluster.test.ts :: a replica takes the place of its primary',
  },
};

/** What the node serves, as it stands at the end of its line. */
async function slots(redis: Redis): Promise<string | undefined> {
  return (await redis.clusterNodes()).trimEnd().split(' connected ')[1];
}

/** Sets two keys of one slot, as soon as the node serves all slots. */
async function withKeys<S extends Strings>(redis: Redis<S>): Promise<void> {
  if ((await redis.clusterInfo()).cluster_slots_assigned === '0') {
    await redis.clusterAddslotsrange([0, 16383]);
  }
  await waitFor(async () => (await redis.clusterInfo()).cluster_state === 'ok');
  await redis.mset({ '{k}1': 'v', '{k}2': 'v' });
}

/** All keys that a scan gives, from its beginning to its end. */
async function scanned<S extends Strings>(
  redis: Redis<S>,
  options: ClusterscanOptions,
): Promise<S[]> {
  const found: S[] = [];
  let cursor = '0';
  do {
    const [next, keys] = await redis.clusterscan(cursor, options);
    found.push(...keys);
    cursor = next;
  } while (cursor !== '0');
  return found;
}
