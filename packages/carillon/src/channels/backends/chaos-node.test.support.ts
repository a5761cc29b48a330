/**
 * One process of the chaos test: publishes to its own channels, one message after the other on each,
 * and subscribes to everybody's. Every event becomes a line of its account.
 *
 * Arguments: the server's URL, this node's name, the names of all nodes, the file of its account. The
 * parent's first message, of any kind, starts the publishing, the second one stops it, and the third
 * one stops everything: then the process must end by itself.
 */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Channels, RedisPubSubBackend } from '../../entries/channels.js';
import { connect } from '../../entries/redis.js';
import type { ChaosRecord, Progress } from './chaos-records.test.support.js';

const [url = '', name = '', names = '', file = ''] = process.argv.slice(2);

/** What a node publishes to: single channels, and a pair that gets each message at once. */
const channelsOf = (node: string): readonly (readonly string[])[] => [
  [`${node}-1`],
  [`${node}-2`],
  [`${node}-left`, `${node}-right`],
];

const account = createWriteStream(file);
const record = (line: ChaosRecord): void => {
  account.write(`${JSON.stringify(line)}\n`);
};

const redis = await connect(url, {
  commandTimeoutMs: 3_000,
  connectTimeoutMs: 1_000,
  maxIdleMs: 500,
});
const all = names.split(',').flatMap((node) => channelsOf(node).flat());
const channels = new Channels({ backend: new RedisPubSubBackend({ redis }), channels: all });
await channels.start();
const subscriber = await channels.subscribe(all, { gaps: true });

const newest: Record<string, number> = Object.fromEntries(all.map((channel) => [channel, 0]));
const run = subscriber.runInBackground((item) => {
  const { type, channel } = item;
  if (type === 'gap') {
    record({ type, channel, since: item.since, until: item.until });
    return;
  }
  const { number, startedAt } = item.json() as { number: number; startedAt: number };
  record({ type: 'received', channel, number });
  newest[channel] = Math.max(newest[channel] ?? 0, startedAt);
});

/** Publishes until told to stop, and then one message more. @returns When that one began. */
async function publishTo(targets: readonly string[], stopping: AbortSignal): Promise<number> {
  for (let number = 1; ; number++) {
    const isLast = stopping.aborted;
    const startedAt = Date.now();
    const acknowledged = await channels.waitPublished({ number, startedAt }, targets).then(
      () => true,
      () => false,
    );
    const settledAt = Date.now();
    record({ type: 'published', channels: targets, number, startedAt, settledAt, acknowledged });
    if (isLast) return startedAt;
    await sleep(1);
  }
}

let last: Progress['last'] = null;
const reporting = setInterval(() => {
  globalThis.gc?.();
  const { heapUsed } = process.memoryUsage();
  process.send?.({ newest, last, heapUsed } satisfies Progress);
}, 100);

await once(process, 'message'); // everybody is subscribed
const stopping = new AbortController();
const publishing = channelsOf(name).map((targets) => publishTo(targets, stopping.signal));

await once(process, 'message');
stopping.abort();
const times = await Promise.all(publishing);
last = Object.fromEntries(
  channelsOf(name).flatMap((targets, index) =>
    targets.map((channel) => [channel, times[index] ?? 0]),
  ),
);

await once(process, 'message');
clearInterval(reporting);
await run[Symbol.asyncDispose]();
await channels.stop();
await redis.close();
account.end();
process.disconnect();
