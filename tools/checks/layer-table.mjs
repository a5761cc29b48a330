/**
 * Which folder of the library may import from which: design and build order in one table.
 *
 * A folder missing here may not exist. What a folder's own files import from each other is not
 * judged, and tests may import anything in the library.
 */
import { builtinModules } from 'node:module';

/**
 * @typedef {object} Layer
 * @property {readonly string[]} imports - Folders it may import from, each with all below it;
 *   `*` stands for all.
 * @property {readonly string[]} [types] - Folders it may import types from, in addition.
 * @property {readonly string[]} [packages] - Packages it may import.
 * @property {'none' | 'pure' | 'any' | readonly string[]} node - Modules of Node it may import:
 *   `pure` are those that open nothing and start nothing.
 * @property {true} [exportsOnly] - Its files hold nothing but `export … from`.
 */

/**
 * @typedef {object} Reach
 * @property {string} from - A file or folder. It need not exist.
 * @property {readonly string[]} never - What nothing may load that is reachable from there by
 *   value imports: a folder ending in `/`, a package, a module of Node, or `node:*`.
 * @property {string} because
 */

/** Modules of Node that talk to the outside, or run something else. */
const IO = new Set(
  [
    ...['child_process', 'cluster', 'dgram', 'dns', 'dns/promises', 'fs', 'fs/promises', 'http'],
    ...['http2', 'https', 'inspector', 'inspector/promises', 'net', 'readline'],
    ...['readline/promises', 'repl', 'sqlite', 'tls', 'tty', 'wasi', 'worker_threads'],
  ].map((name) => `node:${name}`),
);

/** Node's modules that open nothing and start nothing. */
export const PURE_NODE_MODULES = new Set(
  builtinModules
    .map((name) => (name.startsWith('node:') ? name : `node:${name}`))
    .filter((name) => !IO.has(name)),
);

const SOCKETS = ['node:net', 'node:tls', 'node:http', 'node:https', 'node:http2', 'node:dgram'];

const BELOW_CONNECTION = ['redis/errors', 'redis/protocol', 'redis/commands', 'util'];

/** @type {Readonly<Record<string, Layer>>} */
export const LAYERS = {
  util: { imports: [], node: 'pure' },

  'redis/errors': { imports: [], node: 'none' },
  'redis/protocol': { imports: ['redis/errors', 'util'], node: 'pure' },
  'redis/commands': { imports: ['redis/errors', 'redis/protocol', 'util'], node: 'pure' },
  'redis/connection': { imports: BELOW_CONNECTION, node: 'any' },
  'redis/topology': { imports: [...BELOW_CONNECTION, 'redis/connection'], node: 'any' },
  'redis/pubsub': {
    imports: [...BELOW_CONNECTION, 'redis/connection', 'redis/topology'],
    node: 'pure',
  },
  'redis/caching': { imports: ['redis', 'util'], node: 'pure' },
  'redis/client': { imports: ['redis', 'util'], node: 'any' },

  store: { imports: ['util'], types: ['redis'], node: 'pure' },

  'channels/core': { imports: ['util'], node: 'pure' },
  'channels/definitions': { imports: [], node: 'none' },
  'channels/protocol': { imports: [], types: ['channels/core'], node: 'none' },
  'channels/backends': { imports: ['channels/core', 'util'], types: ['redis'], node: 'pure' },
  'channels/transports': {
    imports: ['channels/core', 'channels/protocol', 'util'],
    packages: ['ws'],
    node: 'any',
  },
  'channels/plugins': { imports: ['channels/core', 'channels/transports', 'util'], node: 'any' },

  client: {
    imports: ['channels/definitions'],
    types: ['channels/protocol'],
    packages: ['centrifuge'],
    node: 'none',
  },
  contracts: { imports: [], types: ['*'], node: ['node:assert', 'node:assert/strict'] },
  entries: { imports: ['*'], node: 'none', exportsOnly: true },
};

/** @type {readonly Reach[]} */
export const REACHES = [
  {
    from: 'entries/protocol.ts',
    never: [...SOCKETS, 'ws', 'redis/connection/'],
    because: 'the protocol is pure: bytes to values and back',
  },
  {
    from: 'channels/core',
    never: [...SOCKETS, 'ws', 'redis/'],
    because: 'the hub knows no Redis and no socket',
  },
  {
    from: 'entries/channels.ts',
    never: [...SOCKETS, 'ws', 'redis/'],
    because: 'channels on the memory backend load neither the Redis client nor a WebSocket server',
  },
  {
    from: 'entries/store.ts',
    never: [...SOCKETS, 'ws', 'redis/'],
    because: 'a memory store does not load the Redis client',
  },
  {
    from: 'entries/redis.ts',
    never: ['ws', 'channels/', 'store/'],
    because: 'the Redis client stands alone',
  },
  {
    from: 'client',
    never: ['node:*', 'ws', 'redis/'],
    because: 'the client runs in browsers',
  },
  {
    from: 'entries/client.ts',
    never: ['node:*', 'ws', 'redis/'],
    because: 'the client runs in browsers',
  },
];
