/**
 * The client that is built into Bun: no Node client, so shown beside the others and never the best
 * peer. It runs in Bun, which comes from the npm registry into a cache folder, as it does for the
 * suite of other runtimes; `CARILLON_BUN` names another program.
 */
import { spawnSync } from 'node:child_process';
import { PLAIN_SHAPES } from './adapter.mjs';

/** @type {Promise<string> | undefined} */
let found;

/** @type {import('./adapter.mjs').Adapter} */
export const bun = {
  name: 'bun',
  role: 'aside',
  configuration: "Bun's RedisClient, defaults",
  async version() {
    return String(spawnSync(await program(), ['--version']).stdout).trim();
  },
  program,
  load: () => import('bun'),
  /** Only what the workloads need that show Bun: strings and bytes. */
  async connect(url) {
    const { RedisClient } = await import('bun');
    const client = new RedisClient(url);
    await client.connect();
    return {
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value),
      getBytes: (key) => client.getBuffer(key),
      setBytes: (key, value) => client.set(key, value),
      close: () => client.close(),
    };
  },
  shapes: PLAIN_SHAPES,
};

/** @returns {Promise<string>} */
function program() {
  found ??= process.env.CARILLON_BUN ? Promise.resolve(process.env.CARILLON_BUN) : fetchBun();
  return found;
}

async function fetchBun() {
  const { fetchRuntime, RUNTIMES } = await import('../../tools/runtimes/runtime.mjs');
  const runtime = RUNTIMES.find(({ name }) => name === 'Bun');
  if (runtime === undefined) throw new Error('tools/runtimes knows no Bun');
  const fetched = await fetchRuntime(runtime);
  if ('unavailable' in fetched) throw new Error(fetched.unavailable);
  return fetched.program;
}
