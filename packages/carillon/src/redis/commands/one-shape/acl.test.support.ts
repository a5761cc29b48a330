/** What each command of the group `acl` gives. */
import assert from 'node:assert/strict';
import type { Words } from '../call-command.js';
import type { ShapeCases } from './shape-case.test.support.js';

const SHA_OF_X = '2d711642b726b04401627ca9fbac32f5c8530fb1903cc4db02258717921a4881';

const BOB: readonly Words[] = [
  ['ACL', 'DELUSER', 'bob'],
  [
    ...(['ACL', 'SETUSER', 'bob', 'on', '>x', '~a:*', '%R~b:*', '&ch', '+get'] as const),
    '(+set ~c:*)',
  ],
];

/** By its template: it runs for both protocols. */
const ACL_FILE = `one-shape/acl-file.test.ts :: users are saved to a file and loaded from it, under RESP\${protocol}`;

export const ACL_CASES: ShapeCases = {
  cases: {
    aclCat: [
      {
        run: (redis) => redis.aclCat(),
        gives: [
          ...['keyspace', 'read', 'write', 'set', 'sortedset', 'list', 'hash', 'string', 'bitmap'],
          ...['hyperloglog', 'geo', 'stream', 'pubsub', 'admin', 'fast', 'slow', 'blocking'],
          ...['dangerous', 'connection', 'transaction', 'scripting'],
        ],
      },
      {
        run: async (redis) => (await redis.aclCat('hyperloglog')).sort(),
        gives: ['pfadd', 'pfcount', 'pfdebug', 'pfmerge', 'pfselftest'],
        bytes: {
          run: async (redis) => (await redis.aclCat('hyperloglog')).sort(),
          gives: ['pfadd', 'pfcount', 'pfdebug', 'pfmerge', 'pfselftest'],
        },
      },
    ],
    aclDeluser: [
      { prepare: BOB, run: (redis) => redis.aclDeluser('bob', ['nobody']), gives: 1 },
      { run: (redis) => redis.aclDeluser('nobody'), gives: 0 },
    ],
    aclDryrun: [
      { prepare: BOB, run: (redis) => redis.aclDryrun('bob', 'GET', 'a:1'), gives: 'OK' },
      {
        prepare: BOB,
        run: (redis) => redis.aclDryrun('bob', 'SET', ['a:1', 1]),
        gives: (reason: unknown) => assert.match(reason as string, /no permissions to access/),
      },
    ],
    aclGenpass: [
      {
        run: (redis) => redis.aclGenpass(),
        gives: (password: unknown) => assert.match(password as string, /^[0-9a-f]{64}$/),
      },
      {
        run: (redis) => redis.aclGenpass(5),
        gives: (password: unknown) => assert.match(password as string, /^[0-9a-f]{2}$/),
      },
    ],
    aclGetuser: [
      { run: (redis) => redis.aclGetuser('nobody'), gives: null },
      {
        prepare: BOB,
        run: (redis) => redis.aclGetuser('bob'),
        gives: isBob,
        bytes: { run: (redis) => redis.aclGetuser('bob'), gives: isBob },
      },
      {
        prepare: BOB,
        run: (redis) => redis.aclGetuser('bob'),
        gives: (user: unknown) => {
          const { databases, selectors } = user as { databases: unknown; selectors: unknown };
          assert.equal(databases, 'alldbs');
          assert.deepEqual(selectors, [
            { commands: '-@all +set', keys: '~c:*', channels: '', databases: 'alldbs' },
          ]);
        },
        on: ['valkey-9.1'],
      },
    ],
    aclList: [
      {
        prepare: BOB,
        run: (redis) => redis.aclList(),
        gives: (users: unknown) => {
          assert.deepEqual(
            (users as string[]).map((rules) => rules.split(' ').slice(0, 3).join(' ')),
            ['user bob on', 'user default on'],
          );
        },
      },
    ],
    aclLog: [
      { prepare: [['ACL', 'LOG', 'RESET']], run: (redis) => redis.aclLog(), gives: [] },
      { run: (redis) => redis.aclLog({ reset: true }), gives: 'OK' },
      {
        prepare: [['ACL', 'LOG', 'RESET']],
        run: async (redis) => {
          await using lease = await redis.acquire();
          await assert.rejects(lease.execute('AUTH', 'nobody', 'x'), { code: 'WRONGPASS' });
          await assert.rejects(lease.execute('AUTH', 'noone', 'x'), { code: 'WRONGPASS' });
          assert.deepEqual(await redis.aclLog(0), []);
          return [await redis.aclLog(1), await redis.bytes.aclLog(1)];
        },
        gives: (logs: unknown) => {
          for (const log of logs as unknown[][]) {
            assert.equal(log.length, 1);
            isRefusal(log[0]);
          }
        },
      },
    ],
    aclSetuser: [
      { run: (redis) => redis.aclSetuser('bob', 'on', ['>x', '+get']), gives: 'OK' },
      { run: (redis) => redis.aclSetuser('bob'), gives: 'OK' },
    ],
    aclUsers: [{ prepare: BOB, run: (redis) => redis.aclUsers(), gives: ['bob', 'default'] }],
    aclWhoami: [
      {
        run: (redis) => redis.aclWhoami(),
        gives: 'default',
        bytes: { run: (redis) => redis.aclWhoami(), gives: 'default' },
      },
    ],
  },
  elsewhere: {
    aclLoad: ACL_FILE,
    aclSave: ACL_FILE,
  },
};

function isBob(user: unknown): void {
  const { databases: _, flags, selectors, ...rest } = user as Record<string, unknown>;
  assert.deepEqual(
    (flags as string[]).filter((flag) => flag !== 'sanitize-payload'),
    ['on'],
  );
  const [selector] = selectors as Record<string, unknown>[];
  const { databases: __, ...rules } = selector ?? {};
  assert.deepEqual(rules, { commands: '-@all +set', keys: '~c:*', channels: '' });
  assert.deepEqual(rest, {
    passwords: [SHA_OF_X],
    commands: '-@all +get',
    keys: '~a:* %R~b:*',
    channels: '&ch',
  });
}

function isRefusal(entry: unknown): void {
  const {
    'age-seconds': age,
    'client-info': client,
    'entry-id': id = 0,
    'timestamp-created': created = 0,
    'timestamp-last-updated': updated = 0,
    ...rest
  } = entry as Record<string, unknown>;
  assert.deepEqual(rest, {
    count: 1,
    reason: 'auth',
    context: 'toplevel',
    object: 'AUTH',
    username: 'noone',
  });
  for (const each of [age, id, created, updated]) assert.equal(typeof each, 'number');
  assert.equal((client as Record<string, unknown>).cmd, 'auth');
}
