/**
 * Carillon itself, as built in the workspace beside `bench/`.
 *
 * Imported by path, not by name: `bench/` is outside the workspace so that the peers are no part
 * of an ordinary install.
 */
import { existsSync, readFileSync } from 'node:fs';
import { PLAIN_SHAPES } from './adapter.mjs';

const PACKAGE = new URL('../../packages/carillon/', import.meta.url);
const DOOR = new URL('dist/entries/redis.js', PACKAGE);

/** Longer than the default of a second, so that the time it takes is measured and not refused. */
const SUBSCRIBE_MS = 60_000;

/** @typedef {import('./adapter.mjs').Adapter} Adapter */

/** @type {Adapter} */
export const carillon = {
  name: 'carillon',
  role: 'ours',
  configuration: 'defaults (RESP3, command timeout 10 s)',
  ...common({}),
};

/** @type {Adapter} */
export const carillonNoTimeout = {
  name: 'carillon-no-timeout',
  role: 'aside',
  configuration: '{ commandTimeoutMs: Infinity }',
  ...common({ commandTimeoutMs: Number.POSITIVE_INFINITY }),
};

/**
 * @param {object} options
 * @returns {Pick<Adapter, 'version' | 'load' | 'connect' | 'shapes'>}
 */
function common(options) {
  const load = () => import(DOOR.href);
  return {
    version() {
      if (!existsSync(DOOR)) {
        throw new Error('carillon/redis is not built: run `npm ci && npm run build` one folder up');
      }
      return JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8')).version;
    },
    load,
    async connect(url) {
      const { connect } = await load();
      const client = await connect(url, options);
      const { bytes } = client;
      return {
        get: (key) => client.get(key),
        set: (key, value) => client.set(key, value),
        getBytes: (key) => bytes.get(key),
        setBytes: (key, value) => client.set(key, value),
        mget: (keys) => client.mget(...keys),
        hset: (key, fields) => client.hset(key, fields),
        hgetall: (key) => client.hgetall(key),
        rpush: (key, elements) => client.rpush(key, ...elements),
        lrange: (key) => client.lrange(key, 0, -1),
        xadd: (key, fields) => client.xadd(key, fields),
        xread: (key, after, count) => client.xread({ [key]: after }, { count }),
        pipeline: (keys, values) =>
          client.pipeline((p) => keys.map((key, index) => p.set(key, values[index]))),
        multi: (keys, values) =>
          client.multi((tx) => keys.map((key, index) => tx.set(key, values[index]))),
        async handle(channel, receive) {
          const handler = ({ data }) => receive(data);
          const pubsub = client.pubsub({ channelHandlers: { [channel]: handler } });
          await pubsub.ready();
          return () => pubsub.close();
        },
        async loop(channel, receive) {
          const pubsub = client.pubsub({ channels: [channel] });
          await pubsub.ready();
          const looping = (async () => {
            for await (const { data } of pubsub) receive(data);
          })();
          return async () => {
            await pubsub.close();
            await looping;
          };
        },
        subscribe: (channels) =>
          client.pubsub({ channels, subscriptionTimeoutMs: SUBSCRIBE_MS }).ready(),
        close: () => client.close(),
      };
    },
    shapes: {
      ...PLAIN_SHAPES,
      entries: (reply) => Object.values(reply)[0].map(({ id, fields }) => [id, fields]),
    },
  };
}
