/**
 * What the harness asks of a client: one adapter per client and configuration, one row each.
 *
 * Importing an adapter must not load its client: the orchestrator imports all of them, and a
 * worker's memory must hold only the client it measures. So `load` imports the package.
 */
import { readFileSync } from 'node:fs';

/**
 * A connected client, reduced to what the workloads call. Methods go straight to the client's own
 * typed API: no `async` wrapper, which would cost every operation a promise. Replies have the
 * client's own shape; `shapes` tells how to compare them.
 *
 * @typedef {object} BenchClient
 * @property {(key: string) => Promise<string | null>} get
 * @property {(key: string, value: string) => Promise<unknown>} set Resolves to `'OK'`.
 * @property {(key: string) => Promise<Uint8Array | null>} getBytes
 * @property {(key: string, value: Buffer) => Promise<unknown>} setBytes Resolves to `'OK'`.
 * @property {(keys: string[]) => Promise<unknown>} mget Resolves to the strings.
 * @property {(key: string, fields: Record<string, string>) => Promise<unknown>} hset
 * @property {(key: string) => Promise<unknown>} hgetall
 * @property {(key: string, elements: string[]) => Promise<unknown>} rpush
 * @property {(key: string) => Promise<unknown>} lrange All elements, as strings.
 * @property {(key: string, fields: Record<string, string>) => Promise<string | null>} xadd
 *   Resolves to the id that the server chose.
 * @property {(key: string, after: string, count: number) => Promise<unknown>} xread
 * @property {(keys: string[], values: string[]) => Promise<unknown>} pipeline SETs in one pipeline.
 * @property {(keys: string[], values: string[]) => Promise<unknown>} multi SETs in one transaction.
 * @property {(channel: string, receive: Receive) => Promise<Leave>} handle
 *   Subscribes, and receives through the client's own listener.
 * @property {(channel: string, receive: Receive) => Promise<Leave>} loop
 *   Subscribes, and receives in an async loop, one `await` for each message.
 * @property {(channels: string[]) => Promise<unknown>} subscribe
 *   Subscribes to many channels in one call. Resolves when the server acknowledged all.
 * @property {() => unknown} close Ends the connection; awaited.
 */

/**
 * Called with each message's text. Never throws.
 *
 * @typedef {(text: string) => void} Receive
 */

/**
 * Ends a subscription. Awaited.
 *
 * @typedef {() => unknown} Leave
 */

/**
 * From a client's own shapes to what they mean. Called outside the measured window only.
 *
 * @typedef {object} Shapes
 * @property {(reply: any) => Record<string, string>} hash What `hgetall` gave.
 * @property {(reply: any) => [id: string, fields: Record<string, string>][]} entries
 *   What `xread` gave, which was asked for one stream.
 * @property {(reply: any) => unknown[]} replies What `pipeline` and `multi` gave.
 */

/**
 * @typedef {object} Adapter
 * @property {string} name The row's name, as given to `--only`.
 * @property {'ours' | 'peer' | 'aside'} role
 *   `aside`: shown, though it is no Node client or not another client.
 * @property {string} configuration What was set, in words a reader can repeat.
 * @property {() => string | Promise<string>} version
 *   The installed version. Throws when the client is not there.
 * @property {() => Promise<unknown>} load Imports the client, and nothing else.
 * @property {(url: string) => Promise<BenchClient>} connect Resolves when commands can be sent.
 * @property {Shapes} shapes
 * @property {() => Promise<string>} [program]
 *   The runtime that runs it, where that is not this Node.js. Throws when it cannot be had.
 */

/** @type {Shapes} What a client gives whose replies need no comparison. */
export const PLAIN_SHAPES = {
  hash: (reply) => reply,
  entries: (reply) => reply,
  replies: (reply) => reply,
};

/**
 * Puts names and values that stand in turn into a record.
 *
 * @param {string[]} pairs
 * @returns {Record<string, string>}
 */
export function recordOf(pairs) {
  /** @type {Record<string, string>} */
  const record = {};
  for (let i = 0; i < pairs.length; i += 2) record[String(pairs[i])] = String(pairs[i + 1]);
  return record;
}

/**
 * The async loop of those clients that only call listeners: what a user writes who minds the cost.
 *
 * @param {(receive: Receive) => Promise<Leave>} listen
 * @param {Receive} receive
 * @returns {Promise<Leave>}
 */
export async function loopOverListener(listen, receive) {
  const messages = new ArrivedMessages();
  const leave = await listen((text) => messages.push(text));
  const looping = (async () => {
    for await (const text of messages) receive(text);
  })();
  return async () => {
    await leave();
    messages.end();
    await looping;
  };
}

/**
 * By hand: an async generator would cost half as much again as the client itself, `on` of `node:events`
 * costs the same as this, but needs an emitter.
 */
class ArrivedMessages {
  /** @type {string[]} */
  #arrived = [];
  #taken = 0;
  /** @type {((result: IteratorResult<string, undefined>) => void) | undefined} */
  #waiting;

  /** @param {string} text */
  push(text) {
    if (this.#waiting === undefined) {
      this.#arrived.push(text);
    } else {
      this.#waiting({ value: text, done: false });
      this.#waiting = undefined;
    }
  }

  end() {
    this.#waiting?.({ value: undefined, done: true });
  }

  /** @returns {Promise<IteratorResult<string, undefined>>} */
  next() {
    const value = this.#arrived[this.#taken];
    if (value !== undefined) {
      this.#taken++;
      return Promise.resolve({ value, done: false });
    }
    this.#arrived = [];
    this.#taken = 0;
    return new Promise((resolve) => {
      this.#waiting = resolve;
    });
  }

  [Symbol.asyncIterator]() {
    return this;
  }
}

/**
 * Reads the version of a peer as installed in `bench/node_modules`.
 *
 * @param {string} packageName
 * @returns {string}
 * @throws When the package is not installed (`npm ci` in `bench/` installs it).
 */
export function installedVersion(packageName) {
  const manifest = new URL(`../node_modules/${packageName}/package.json`, import.meta.url);
  return JSON.parse(readFileSync(manifest, 'utf8')).version;
}
