/** Tests of the layers check, on made-up source trees and on the real table. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { madeUpTree } from '../made-up-tree.mjs';
import { LAYERS, REACHES } from './layer-table.mjs';
import { checkLayers, checkPackages } from './layers.mjs';

const REAL = { layers: LAYERS, reaches: REACHES };

/**
 * @param {import('node:test').TestContext} t
 * @param {Readonly<Record<string, string>>} files
 * @param {Parameters<typeof checkLayers>[1]} [table]
 */
function check(t, files, table = REAL) {
  return checkLayers(madeUpTree(t, files), table, 'src');
}

test('imports in the direction of the table pass', (t) => {
  const findings = check(t, {
    'util/queue.ts': "import { EventEmitter } from 'node:events';",
    'redis/errors/base.ts': "import { x } from './other.js';",
    'redis/protocol/decoder.ts': "import { Base } from '../errors/base.js';",
    'redis/commands/generated/keys.ts': "import { encode } from '../../protocol/encoder.js';",
    'redis/connection/dial.ts': "import net from 'node:net';",
    'redis/client/redis.ts': "import { dial } from '../connection/dial.js';",
    'channels/backends/redis.ts': "import type { Redis } from '../../redis/client/redis.js';",
    'channels/transports/socket.ts': "import { WebSocketServer } from 'ws';",
    'entries/redis.ts': "export { Redis } from '../redis/client/redis.js';",
  });

  assert.deepEqual(findings, []);
});

test('an import against the direction is told with its file, line and what is allowed', (t) => {
  const [finding, ...others] = check(t, {
    'redis/protocol/decoder.ts': [
      "import { Base } from '../errors/base.js';",
      'import {',
      '  dial,',
      "} from '../connection/dial.js';",
    ].join('\n'),
  });

  assert.deepEqual(others, []);
  assert.equal(finding?.where, 'src/redis/protocol/decoder.ts:2');
  assert.match(finding.what, /imports from redis\/connection\//);
  assert.match(finding.mend, /redis\/protocol\/ may import redis\/errors, util;/);
});

test('a type import counts as an import', (t) => {
  const [finding] = check(t, {
    'redis/errors/base.ts': "import type { Reply } from '../protocol/reply.js';",
  });

  assert.equal(finding?.where, 'src/redis/errors/base.ts:1');
});

test('where only types are allowed, a value is refused', (t) => {
  const [finding, ...others] = check(t, {
    'channels/backends/types.ts': "import type { Redis } from '../../redis/client/redis.js';",
    'channels/backends/value.ts': "import { Redis } from '../../redis/client/redis.js';",
    'channels/backends/mixed.ts': "import type { Hub } from '../../store/store.js';",
  });

  assert.equal(finding?.where, 'src/channels/backends/mixed.ts:1');
  assert.deepEqual(
    others.map(({ where, what }) => [where, what]),
    [
      [
        'src/channels/backends/value.ts:1',
        'imports a value from redis/client/ (../../redis/client/redis.js)',
      ],
    ],
  );
});

test('a folder that the table does not know fails, tests included', (t) => {
  const findings = check(t, {
    'helpers/strings.ts': '',
    'redis/loose.ts': '',
    'misc/deep/down.test.ts': '',
    'main.ts': '',
  });

  assert.deepEqual(
    findings.map(({ where }) => where),
    ['src/helpers/strings.ts', 'src/main.ts', 'src/misc/deep/down.test.ts', 'src/redis/loose.ts'],
  );
});

test('a test may import anything of the library, and code no test', (t) => {
  const findings = check(t, {
    'util/queue.test.ts': "import { connect } from '../entries/redis.js';",
    'util/queue.test.support.ts': "import { connect } from '../entries/redis.js';",
    'util/queue.ts': "import { sample } from './queue.test.js';",
  });

  assert.deepEqual(
    findings.map(({ where }) => where),
    ['src/util/queue.ts:1'],
  );
});

test('a folder without sockets may not import them, nor packages that are not its own', (t) => {
  const findings = check(t, {
    'channels/core/hub.ts': "import { WebSocket } from 'ws';",
    'client/connect.ts': "import { Buffer } from 'node:buffer';",
    'redis/protocol/decoder.ts': "import { readFileSync } from 'fs';",
    'util/lazy.ts': 'const loaded = await import(name);',
  });

  assert.deepEqual(
    [...new Set(findings.map(({ where }) => where))],
    [
      'src/channels/core/hub.ts:1',
      'src/client/connect.ts:1',
      'src/redis/protocol/decoder.ts:1',
      'src/util/lazy.ts:1',
    ],
  );
});

test('a door holds exports only', (t) => {
  const [finding] = check(t, {
    'entries/redis.ts': "export { Redis } from '../redis/client/redis.js';\nexport const x = 1;\n",
  });

  assert.equal(finding?.where, 'src/entries/redis.ts:2');
});

test('what a door must not load is found through other files, with the way to it', (t) => {
  const findings = check(t, {
    'entries/channels.ts': "export { A } from '../channels/backends/a.js';",
    'channels/backends/a.ts': "import { b } from '../../util/b.js';",
    'util/b.ts': "import { Redis } from '../redis/client/redis.js';",
    'redis/client/redis.ts': "import net from 'node:net';",
  });

  const loads = findings.filter(({ what }) => what.includes(' loads '));
  assert.deepEqual(
    loads.map(({ where, what }) => [where, what]),
    [
      [
        'src/util/b.ts:1',
        'entries/channels.ts loads entries/channels.ts -> channels/backends/a.ts -> util/b.ts -> redis/client/redis.ts',
      ],
      [
        'src/redis/client/redis.ts:1',
        'entries/channels.ts loads entries/channels.ts -> channels/backends/a.ts -> util/b.ts -> redis/client/redis.ts -> node:net',
      ],
    ],
  );
});

test('what a door reaches by types alone is not loaded', (t) => {
  const findings = check(t, {
    'entries/channels.ts': "export { A } from '../channels/backends/a.js';",
    'channels/backends/a.ts': "import type { Redis } from '../../redis/client/redis.js';",
    'redis/client/redis.ts': "import net from 'node:net';",
  });

  assert.deepEqual(findings, []);
});

test('files that import each other in a circle are followed to the end', (t) => {
  const findings = check(
    t,
    {
      'a/one.ts': "import './two.js';",
      'a/two.ts': "import './one.js';\nimport 'node:net';",
    },
    {
      layers: { a: { imports: [], node: 'any' } },
      reaches: [{ from: 'a/one.ts', never: ['node:*'], because: 'of the test' }],
    },
  );

  assert.deepEqual(
    findings.map(({ where }) => where),
    ['src/a/two.ts:2'],
  );
});

test('packages import what they declare, and other packages through their doors', (t) => {
  const folder = madeUpTree(t, {
    'kit/package.json': '{ "name": "@carillon/test-kit" }',
    'kit/src/server.ts': "import net from 'node:net';\nimport { connect } from 'carillon/redis';\n",
    'server/package.json': '{ "name": "server", "dependencies": { "carillon": "1" } }',
    'server/src/cli.ts': [
      "import { Channels } from 'carillon/channels';",
      "import { Redis } from '../../library/src/redis.js';",
      "import { command } from 'commander';",
      "import { main } from 'server';",
    ].join('\n'),
    'server/src/cli.test.ts': "import { startServer } from '@carillon/test-kit';",
  });

  assert.deepEqual(
    checkPackages(folder, 'packages').map(({ where }) => where),
    [
      'packages/kit/src/server.ts:2',
      'packages/server/src/cli.ts:2',
      'packages/server/src/cli.ts:3',
      'packages/server/src/cli.ts:4',
    ],
  );
});
