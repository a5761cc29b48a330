/** What commands of clusters infer, and which parameters do not compile. Compiled only. */
import type {
  ClusterLink,
  ClusterMigrationTask,
  ClusterShard,
  ClusterSlots,
  Redis,
  SlotMigration,
} from '../../../entries/redis.js';

declare const redis: Redis;
declare const nodeId: string;

export async function replies(): Promise<void> {
  (await redis.clusterInfo()).cluster_state satisfies string | undefined;
  (await redis.clusterNodes()) satisfies string;
  (await redis.clusterShards()) satisfies ClusterShard[];
  (await redis.clusterShards())[0]?.nodes[0]?.['replication-offset'] satisfies number | undefined;
  (await redis.clusterSlots()) satisfies ClusterSlots[];
  (await redis.bytes.clusterLinks()) satisfies ClusterLink[];
  (await redis.bytes.clusterGetkeysinslot(1, 10)) satisfies Uint8Array[];
  (await redis.bytes.clusterscan('0', { slot: 1 })) satisfies [string, Uint8Array[]];
  (await redis.clusterMigration('IMPORT', [0, 9], [20, 29])) satisfies string;
  (await redis.clusterMigration('CANCEL', 'ALL')) satisfies number;
  (await redis.clusterMigration('STATUS', 'ID', 'x')) satisfies ClusterMigrationTask[];
  (await redis.clusterGetslotmigrations()) satisfies SlotMigration[];
  (await redis.clusterMigrateslots({ slotsrange: [[0, 9]], node: nodeId })) satisfies 'OK';
  (await redis.clusterSetslot(1, 'NODE', nodeId)) satisfies 'OK';
  (await redis.clusterSetslot(1, 'STABLE')) satisfies 'OK';
  (await redis.clusterSlotStats('ORDERBY', 'key-count', { limit: 1, asc: true })) satisfies [
    number,
    Record<string, number>,
  ][];
}

export function refused(): void {
  // @ts-expect-error It goes somewhere.
  void redis.clusterSetslot(1, 'MIGRATING');
  // @ts-expect-error It stays where it is.
  void redis.clusterSetslot(1, 'STABLE', nodeId);
  // @ts-expect-error One way or the other.
  void redis.clusterSlotStats('ORDERBY', 'key-count', { asc: true, desc: true });
  // @ts-expect-error Slots are named by first and last.
  void redis.clusterSlotStats('SLOTSRANGE', 1);
  // @ts-expect-error A range has an end.
  void redis.clusterAddslotsrange([0]);
  // @ts-expect-error By which id?
  void redis.clusterMigration('STATUS', 'ID');
  // @ts-expect-error One node at a time decides.
  void redis.clusterFailover({ force: true, takeover: true });
}
