/** A cluster as one of its nodes sees it, as objects; and the commands that move its slots. */
import type { Argument } from '../../protocol/encoder.js';
import type { Reply } from '../../protocol/reply.js';
import { readPlan, type WriteArguments } from '../argument-plan.js';
import { type AtMostOne, checkOptionNames } from '../options.js';
import type { Fields, Key } from '../parameters.js';
import { REPLIES, textReport } from '../replies.js';
import { itemsOf, type Strings, textOf } from '../reply-shapes.js';
import { asItIs, linesToRecord, listOf, report, type Shape, tuplesOf } from '../report-shapes.js';
import type { MethodsByHand } from '../typed-methods.js';

/** Slots from one to another, both included. */
export type SlotRange = readonly [first: number, last: number];

/** A primary with its replicas and the slots they serve. */
export interface ClusterShard {
  readonly slots: readonly SlotRange[];
  readonly nodes: readonly ClusterShardNode[];
  /** The shard's id (Valkey 9.1). */
  readonly id?: string;
}

/** A node of a shard, with the server's own names. */
export interface ClusterShardNode {
  readonly id: string;
  /** Absent when it serves TLS only. */
  readonly port?: number;
  readonly 'tls-port'?: number;
  readonly ip: string;
  /** Where clients shall connect to; empty or `null` when the node does not know it. */
  readonly endpoint: string | null;
  readonly hostname?: string;
  readonly role: 'master' | 'replica';
  readonly 'replication-offset': number;
  readonly health: 'online' | 'failed' | 'loading';
  /** What versions add. */
  readonly [member: string]: string | number | null | undefined;
}

/** Slots and who serves them. */
export interface ClusterSlots {
  readonly start: number;
  readonly end: number;
  /** The primary, then its replicas. */
  readonly nodes: readonly {
    /** Where clients shall connect to; empty or `null` when the node does not know it. */
    readonly endpoint: string | null;
    readonly port: number;
    readonly id: string;
    /** Such as `hostname` and `ip`. */
    readonly metadata: Readonly<Fields<string>>;
  }[];
}

/** A connection between two nodes of a cluster, with the server's own names. */
export interface ClusterLink {
  readonly direction: 'to' | 'from';
  /** The id of the other node. */
  readonly node: string;
  /** Unix time in milliseconds. */
  readonly 'create-time': number;
  /** `r` and `w`: what it waits for. */
  readonly events: string;
  /** Bytes. */
  readonly 'send-buffer-allocated': number;
  /** Bytes. */
  readonly 'send-buffer-used': number;
}

/** Slots on their way to or from a node of Valkey, with the server's own names. */
export interface SlotMigration {
  readonly name: string;
  readonly operation: 'IMPORT' | 'EXPORT';
  /** Such as `0-99 200-299`. */
  readonly slot_ranges: string;
  readonly target_node: string;
  readonly source_node: string;
  /** Unix time in seconds. */
  readonly create_time: number;
  /** Such as `success` or `failed`. */
  readonly state: string;
  /** Why it failed. */
  readonly message: string;
  /** What versions add. */
  readonly [member: string]: string | number;
}

/** Slots on their way to or from a node of Redis, with the server's own names. */
export interface ClusterMigrationTask {
  readonly id: string;
  /** Such as `0-99 200-299`. */
  readonly slots: string;
  readonly source: string;
  readonly dest: string;
  readonly operation: 'import' | 'migrate';
  /** Such as `completed` or `failed`. */
  readonly state: string;
  readonly last_error: string;
  readonly retries: number;
  /** Unix time in milliseconds. */
  readonly create_time: number;
  readonly start_time: number;
  /** -1 until it ends. */
  readonly end_time: number;
  /** What versions add. */
  readonly [member: string]: string | number;
}

/** One of the tasks of `clusterMigration`, or all. */
export type ClusterMigrationTasks = readonly ['ALL'] | readonly ['ID', taskId: string];

/** Slots to move, and where to. */
export interface SlotsToMigrate {
  /** One range, or several. */
  readonly slotsrange: SlotRange | readonly SlotRange[];
  /** The id of the node that shall serve them. */
  readonly node: string;
}

/** Options of `clusterSlotStats`. */
export type ClusterSlotStatsOptions = AtMostOne<{
  /** Least first. */
  asc: boolean;
  /** Most first: the default. */
  desc: boolean;
}> & {
  /** How many slots at most; all by default. */
  readonly limit?: number | undefined;
};

/** Options of `clusterscan`. */
export interface ClusterscanOptions {
  /** Only keys like this, in which `*` stands for anything. */
  readonly match?: Key | undefined;
  /** About how many keys to look at. */
  readonly count?: number | undefined;
  /** Only keys that hold this: `string`, `hash` or another name that `type` gives. */
  readonly type?: string | undefined;
  /** Only keys of this slot. */
  readonly slot?: number | undefined;
}

declare module '../commands.js' {
  interface Commands<S extends Strings> {
    /**
     * Reports the moving of slots to and from the node, what is done and what goes on.
     *
     * @see https://valkey.io/commands/cluster-getslotmigrations/ (Valkey 9.0.0; O(N))
     */
    clusterGetslotmigrations(): Promise<SlotMigration[]>;

    /**
     * Tells how the cluster is: `(await clusterInfo()).cluster_state`.
     *
     * @see https://redis.io/docs/latest/commands/cluster-info/ (Redis 3.0.0; O(1))
     */
    clusterInfo(): Promise<Fields<string>>;

    /**
     * Lists the node's connections to others: one there and one back for each.
     *
     * @see https://redis.io/docs/latest/commands/cluster-links/ (Redis 7.0.0; O(N))
     */
    clusterLinks(): Promise<ClusterLink[]>;

    /**
     * Begins to move slots of the node to others, with their keys.
     *
     * @returns As soon as it is under way: `clusterGetslotmigrations` tells how it goes.
     * @throws {ReplyError} The node does not serve them, or they are on their way.
     * @see https://valkey.io/commands/cluster-migrateslots/ (Valkey 9.0.0; O(N))
     */
    clusterMigrateslots(...groups: readonly SlotsToMigrate[]): Promise<'OK'>;

    /**
     * Moves slots to the node, with their keys: `clusterMigration('IMPORT', [0, 99], [200, 299])`.
     * `STATUS` tells how it goes, `CANCEL` calls it off.
     *
     * @returns The id of the task; for `CANCEL` how many were called off; for `STATUS` the tasks.
     * @throws {ReplyError} The node serves them already, or they are on their way.
     * @see https://redis.io/docs/latest/commands/cluster-migration/ (Redis 8.4.0, not in Valkey; O(N))
     */
    clusterMigration(action: 'IMPORT', ...ranges: readonly SlotRange[]): Promise<string>;
    clusterMigration(action: 'CANCEL', ...tasks: ClusterMigrationTasks): Promise<number>;
    clusterMigration(
      action: 'STATUS',
      ...tasks: ClusterMigrationTasks
    ): Promise<ClusterMigrationTask[]>;

    /**
     * Gets the shards of the cluster, with their nodes and slots.
     *
     * @see https://redis.io/docs/latest/commands/cluster-shards/ (Redis 7.0.0; O(N))
     */
    clusterShards(): Promise<ClusterShard[]>;

    /**
     * Tells what slots of the node have and cost: by their numbers, or those that have most of
     * something.
     *
     * @param start - First slot.
     * @param end - Last slot.
     * @param metric - `key-count`, `cpu-usec` or another name of a figure.
     * @returns Each slot with its figures; which there are besides `key-count` depends on
     *   `cluster-slot-stats-enabled`.
     * @see https://redis.io/docs/latest/commands/cluster-slot-stats/ (Redis 8.2.0, Valkey 8.0.0; O(N))
     */
    clusterSlotStats(
      filter: 'SLOTSRANGE',
      start: number,
      end: number,
    ): Promise<[slot: number, figures: Fields<number>][]>;
    clusterSlotStats(
      filter: 'ORDERBY',
      metric: string,
      options?: ClusterSlotStatsOptions,
    ): Promise<[slot: number, figures: Fields<number>][]>;

    /**
     * Tells which nodes serve which slots. `clusterShards` tells more.
     *
     * @see https://redis.io/docs/latest/commands/cluster-slots/ (Redis 3.0.0; O(N))
     */
    clusterSlots(): Promise<ClusterSlots[]>;

    /**
     * Gets some keys of the cluster, slot after slot.
     *
     * @param cursor - `'0'` to begin; then what the last call gave, until that is `'0'` again.
     * @returns The next cursor, and keys: some may come twice, and there may be none.
     * @throws {ReplyError} `MOVED`: another node serves the slot that comes next.
     * @see https://valkey.io/commands/clusterscan/ (Valkey 9.1.0; O(1))
     */
    clusterscan(cursor: string, options?: ClusterscanOptions): Promise<[cursor: string, keys: S[]]>;
  }
}

const SLOTS_TO_MIGRATE: Readonly<Record<keyof SlotsToMigrate, true>> = {
  slotsrange: true,
  node: true,
};

function migrateslotsArguments(...groups: readonly SlotsToMigrate[]): readonly Argument[] {
  return groups.flatMap((group) => {
    checkOptionNames('CLUSTER MIGRATESLOTS', group, SLOTS_TO_MIGRATE);
    return ['SLOTSRANGE', ...group.slotsrange.flat(), 'NODE', group.node];
  });
}

const writeSlotStats: Readonly<Record<string, WriteArguments>> = {
  SLOTSRANGE: readPlan('. . .', 'CLUSTER SLOT-STATS'),
  ORDERBY: readPlan('. . {limit=|asc|desc}', 'CLUSTER SLOT-STATS'),
};

function slotStatsArguments(filter: string, ...given: readonly unknown[]): readonly Argument[] {
  checkOptionNames('CLUSTER SLOT-STATS', { [filter]: given }, writeSlotStats);
  return writeSlotStats[filter]?.([filter, ...given]) ?? [];
}

const slotsOf: Shape = (reply, command) => {
  const [start, end, ...nodes] = itemsOf(reply);
  return { start, end, nodes: nodes.map((each) => nodeOf(each, command)) };
};

const metadata = report({});

function nodeOf(reply: Reply, command: string): unknown {
  const [endpoint, port, id, more = []] = itemsOf(reply);
  return { endpoint, port, id, metadata: metadata(more, command) };
}

const slotStats: Shape = (reply, command) => {
  const [slot, figures = null] = itemsOf(reply);
  return [slot, report({})(figures, command)];
};

/** Reports that become objects. */
const reports = textReport(listOf(report({})));

/** How the commands declared above are sent and read, where the generated table does not say it. */
export const CLUSTER: MethodsByHand = {
  'CLUSTER GETSLOTMIGRATIONS': { reply: reports },
  'CLUSTER INFO': { reply: { isText: true, shape: (reply) => linesToRecord(textOf(reply)) } },
  'CLUSTER LINKS': { reply: reports },
  'CLUSTER MIGRATESLOTS': { args: migrateslotsArguments, reply: REPLIES.status },
  'CLUSTER MIGRATION': {
    args: '...',
    reply: (action: 'IMPORT' | 'CANCEL' | 'STATUS') =>
      action === 'STATUS' ? reports : REPLIES.text,
  },
  'CLUSTER SHARDS': {
    reply: textReport(listOf(report({ slots: tuplesOf(asItIs), nodes: listOf(report({})) }))),
  },
  'CLUSTER SLOT-STATS': {
    args: slotStatsArguments,
    reply: textReport(listOf(slotStats)),
  },
  'CLUSTER SLOTS': { reply: textReport(listOf(slotsOf)) },
};
