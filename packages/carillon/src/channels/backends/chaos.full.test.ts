/**
 * Messages between two processes through a server that is killed, frozen and cut off for a minute.
 *
 * Every message is accounted for (`chaos-records.test.support.ts`). The order of the faults follows
 * from a seed, which is printed: `CARILLON_CHAOS_SEED` repeats it, `CARILLON_CHAOS_SECONDS` makes the
 * run longer.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type FaultProxy,
  startFaultProxy,
  startServer,
  type TestServer,
  waitFor,
} from '@carillon/test-kit';
import {
  balance,
  type ChaosRecord,
  type Progress,
  type PublishedRecord,
} from './chaos-records.test.support.js';

const { CARILLON_CHAOS_SECONDS, CARILLON_CHAOS_SEED } = process.env;
const DURATION_MS = Number(CARILLON_CHAOS_SECONDS ?? 60) * 1_000;
const SEED = Number(CARILLON_CHAOS_SEED ?? Date.now() % 1_000_000);

/** How long delivery may take to be whole again after a fault. */
const RECOVERY_MS = 15_000;

const NODES = ['ada', 'bob'] as const;
const MIB = 2 ** 20;

interface Node {
  readonly process: ChildProcess;
  readonly proxy: FaultProxy;
  readonly file: string;
  readonly heaps: number[];
  progress: Progress;
}

/** What goes wrong: each does its harm for about `ms` and then takes it back. */
const FAULTS: Readonly<
  Record<string, (server: TestServer, proxy: FaultProxy, ms: number) => Promise<void>>
> = {
  'the server is killed': async (server, _proxy, ms) => {
    await server.kill();
    await sleep(ms);
    await server.restart();
  },
  'the server restarts': (server) => server.restart(),
  'the server is frozen': async (server, _proxy, ms) => {
    server.pause();
    await sleep(ms);
    server.resume();
  },
  'the server drops its subscribers': async (server) => {
    await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
  },
  'the server drops its clients': async (server) => {
    await server.command('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
  },
  'connections are closed': async (_server, proxy) => proxy.cut(),
  'connections are reset': async (_server, proxy) => proxy.resetConnections(),
  'connections are reset in the middle of a reply': async (_server, proxy, ms) => {
    proxy.toClient.set({ resetAfterBytes: 100 + ms });
    await sleep(ms);
    await proxy.heal();
  },
  'nothing gets through': async (_server, proxy, ms) => {
    proxy.set({ stall: true });
    await sleep(ms);
    await proxy.heal();
  },
  'replies are swallowed': async (_server, proxy, ms) => {
    proxy.toClient.set({ drop: true });
    await sleep(ms);
    proxy.resetConnections(); // a stream with a hole in it is nothing that TCP would deliver
    await proxy.heal();
  },
  'replies come in crumbs': async (_server, proxy, ms) => {
    proxy.toClient.set({ chunkBytes: 3, delayMs: 5 });
    await sleep(ms);
    await proxy.heal();
  },
  'connections are refused': async (_server, proxy, ms) => {
    await proxy.admit('refuse');
    proxy.resetConnections();
    await sleep(ms);
    await proxy.heal();
  },
  'connections are not answered': async (_server, proxy, ms) => {
    await proxy.admit('silence');
    proxy.cut();
    await sleep(ms);
    await proxy.heal();
  },
};

test('every acknowledged message is received once and in order, or lies in a gap that was told', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'chaos-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  await using server = await startServer();
  const nodes: Node[] = [];
  for (const name of NODES) nodes.push(await startNode(server, name, join(folder, name)));
  t.after(async () => {
    for (const { process, proxy } of nodes) {
      process.kill('SIGKILL');
      await proxy.close();
    }
  });
  for (const node of nodes) node.process.send('start publishing');
  await wholeSince(nodes, Date.now(), 'at the start');

  const random = seededRandom(SEED);
  const kinds = Object.keys(FAULTS);
  const until = Date.now() + DURATION_MS;
  let faults = 0;
  for (; Date.now() < until; faults++) {
    // All kinds in turn before chance decides, so that a minute leaves none out.
    const kind = kinds[faults < kinds.length ? faults : Math.floor(random() * kinds.length)] ?? '';
    const node = nodes[Math.floor(random() * nodes.length)];
    assert.ok(node);
    await FAULTS[kind]?.(server, node.proxy, Math.round(50 + 1_500 * random() ** 2));
    await wholeSince(nodes, Date.now(), `after ${kind} (seed ${SEED}, fault ${faults})`);
    await sleep(500 * random());
  }

  for (const node of nodes) node.process.send('stop publishing');
  await waitFor(() => nodes.every(hasEverythingOf(nodes)), {
    deadlineMs: RECOVERY_MS,
    message: 'the last messages arrive',
  });
  for (const node of nodes) node.process.send('end');
  const exits = await Promise.all(nodes.map(({ process }) => exitOf(process)));

  const accounts = nodes.map(({ file }) => readAccount(file));
  const published = accounts
    .flat()
    .filter((record): record is PublishedRecord => record.type === 'published');
  const lost = published.filter(({ acknowledged }) => !acknowledged).length;
  t.diagnostic(`seed ${SEED}: ${faults} faults; ${lost} of ${published.length} publishes failed`);
  for (const [index, account] of accounts.entries()) {
    const { acknowledged, received, missed, gaps } = balance(published, account);
    const heaps = nodes[index]?.heaps ?? [];
    const [early, late] = [quarter(heaps, 0), quarter(heaps, 3)];
    t.diagnostic(
      `${NODES[index]}: ${received} of ${acknowledged} received, ${missed} in ${gaps} gaps; ` +
        `heap ${toMib(early)} MiB in the first quarter, ${toMib(late)} MiB in the last`,
    );
    assert.ok(received > acknowledged / 10, 'gaps do not swallow everything');
    assert.ok(late < early * 2 + 16 * MIB, `the heap grew from ${early} to ${late} bytes`);
  }

  assert.deepEqual(exits, [0, 0], 'both processes end by themselves');
  assert.equal(await server.command('PUBSUB', 'CHANNELS'), '');
  assert.deepEqual(
    nodes.map(({ proxy }) => proxy.connections),
    [0, 0],
  );
});

async function startNode(server: TestServer, name: string, file: string): Promise<Node> {
  const proxy = await startFaultProxy(server);
  const child = fork(
    new URL('./chaos-node.test.support.js', import.meta.url),
    [proxy.url, name, NODES.join(), file],
    { execArgv: ['--expose-gc', '--enable-source-maps'] },
  );
  const node: Node = {
    ...{ process: child, proxy, file, heaps: [] },
    progress: { newest: {}, last: null, heapUsed: 0 },
  };
  child.on('message', (progress: Progress) => {
    node.progress = progress;
    node.heaps.push(progress.heapUsed);
  });
  await once(child, 'message');
  return node;
}

/** Waits until every node has received, on every channel, something published since then. */
async function wholeSince(nodes: readonly Node[], time: number, when: string): Promise<void> {
  const isWhole = ({ progress }: Node): boolean =>
    Object.values(progress.newest).every((newest) => newest > time);
  await waitFor(() => nodes.every(isWhole), {
    deadlineMs: RECOVERY_MS,
    message: () => `delivery is whole ${when}: ${JSON.stringify(nodes.map((n) => n.progress))}`,
  });
}

/** Whether a node has received the last messages of all. */
function hasEverythingOf(nodes: readonly Node[]): (node: Node) => boolean {
  return ({ progress: { newest } }) =>
    nodes.every(
      ({ progress: { last } }) =>
        last !== null && Object.entries(last).every(([channel, time]) => newest[channel] === time),
    );
}

async function exitOf(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    await Promise.race([once(child, 'exit'), sleep(RECOVERY_MS, undefined, { ref: false })]);
  }
  return child.exitCode;
}

function readAccount(file: string): ChaosRecord[] {
  return readFileSync(file, 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** The largest number in one quarter of a list. */
function quarter(numbers: readonly number[], index: number): number {
  const size = Math.ceil(numbers.length / 4);
  return Math.max(...numbers.slice(index * size, (index + 1) * size));
}

function toMib(bytes: number): string {
  return (bytes / MIB).toFixed(1);
}

/** Numbers from 0 to 1 that follow from a seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
