/** What each command of the group `connection` gives. */
import assert from 'node:assert/strict';
import { waitFor } from '@carillon/test-kit';
import type { Redis } from '../../client/redis.js';
import type { Lease } from '../../topology/lease.js';
import type { ClientListOptions } from '../by-hand/connection.js';
import { bytes, type ShapeCases } from './shape-case.test.support.js';

export const CONNECTION_CASES: ShapeCases = {
  cases: {
    clientCaching: [
      {
        run: onLease(async (lease) => {
          await lease.clientTracking('ON', { optin: true });
          return lease.clientCaching('YES');
        }),
        gives: 'OK',
      },
      {
        run: onLease(async (lease) => {
          await lease.clientTracking('ON', { optout: true });
          return lease.clientCaching('NO');
        }),
        gives: 'OK',
      },
    ],
    clientCapa: [{ run: onLease((lease) => lease.clientCapa('redirect', ['x'])), gives: 'OK' }],
    clientGetname: [
      { run: (redis) => redis.clientGetname(), gives: null },
      {
        run: onLease(async (lease) => {
          await lease.clientSetname('worker');
          return lease.clientGetname();
        }),
        gives: 'worker',
      },
    ],
    clientGetredir: [
      { run: (redis) => redis.clientGetredir(), gives: -1 },
      {
        run: onLease(async (lease) => {
          await lease.clientTracking('ON');
          return lease.clientGetredir();
        }),
        gives: 0,
      },
    ],
    clientId: [
      {
        run: async (redis) => [await redis.clientId(), await redis.clientId()],
        gives: (ids: unknown) => {
          const [id, again] = ids as unknown[];
          assert.equal(typeof id, 'number');
          assert.equal(again, id);
        },
      },
    ],
    clientImportSource: [{ run: onLease((lease) => lease.clientImportSource('OFF')), gives: 'OK' }],
    clientInfo: [
      {
        run: async (redis) => [await redis.clientInfo(), await redis.bytes.clientInfo()],
        gives: (infos: unknown) => {
          for (const info of infos as Record<string, unknown>[]) {
            const { id, addr, name, cmd, user, resp = '0', events } = info;
            assert.match(id as string, /^\d+$/);
            assert.match(addr as string, /^127\.0\.0\.1:\d+$/);
            assert.match(resp as string, /^[0-3]$/, 'the line ends nowhere else');
            assert.deepEqual(
              { name, cmd, user, events },
              { name: '', cmd: 'client|info', user: 'default', events: 'r' },
            );
          }
        },
      },
    ],
    clientKill: [
      {
        run: onLease(async (lease, redis) => redis.clientKill({ id: await lease.clientId() })),
        gives: 1,
      },
      {
        run: onLease(async (lease, redis) => {
          const { id } = await lease.clientInfo();
          return redis.clientKill({ id, skipme: true });
        }),
        gives: 1,
      },
      {
        run: async (redis) => redis.clientKill({ id: await redis.clientId(), skipme: true }),
        gives: 0,
      },
      {
        run: onLease(async (lease, redis) => {
          const { addr } = await lease.clientInfo();
          return redis.clientKill(addr);
        }),
        gives: 'OK',
      },
      {
        run: (redis) =>
          redis.clientKill({
            ...{ type: 'pubsub', user: 'default', addr: '1.2.3.4:5', laddr: '1.2.3.4:5' },
            skipme: false,
          }),
        gives: 0,
      },
      {
        run: (redis) => redis.clientKill({ maxage: 1_000_000 }),
        gives: 0,
        on: ['redis-8.6', 'valkey-9.1'],
      },
      {
        run: (redis) => redis.clientKill({ 'lib-name': 'other', 'not-id': [1, 2] }),
        gives: 0,
        on: ['valkey-9.1'],
      },
    ],
    clientList: [
      { run: (redis) => redis.clientList({ type: 'replica' }), gives: [] },
      {
        run: (redis) => redis.clientList(),
        gives: (clients: unknown) => {
          const own = (clients as Record<string, unknown>[]).find(
            ({ cmd }) => cmd === 'client|list',
          );
          assert.equal(own?.user, 'default');
        },
      },
      {
        run: onLease(async (lease, redis) => {
          const ids = [await lease.clientId(), await redis.clientId()];
          return [ids, await redis.clientList({ id: ids })];
        }),
        gives: ([ids, clients]: [number[], Record<string, unknown>[]]) =>
          assert.deepEqual(clients.map(({ id }) => id).sort(), ids.map(String).sort()),
      },
      {
        run: onLease(async (lease, redis) => {
          await lease.clientSetname('worker');
          const fits: ClientListOptions[] = [
            { name: 'worker', skipme: true, type: 'normal', user: 'default', db: 0 },
            { ip: '127.0.0.1', id: [await lease.clientId(), 1], 'not-name': 'other' },
            { 'not-id': [await redis.clientId()], name: 'worker', 'lib-name': 'carillon' },
          ];
          const names: unknown[] = [];
          for (const options of fits) {
            names.push((await redis.clientList(options)).map(({ name }) => name));
          }
          return [...names, await redis.clientList({ name: 'worker', 'not-db': 0 })];
        }),
        gives: [['worker'], ['worker'], ['worker'], []],
        on: ['valkey-9.1'],
      },
      {
        run: onLease(async (lease) => {
          await lease.clientSetname('worker');
          const all = await lease.clientList({ name: 'worker', skipme: false });
          return [all.length, await lease.clientList({ name: 'worker', skipme: true })];
        }),
        gives: [1, []],
        on: ['valkey-9.1'],
      },
    ],
    clientNoEvict: [{ run: onLease((lease) => lease.clientNoEvict('ON')), gives: 'OK' }],
    clientNoTouch: [{ run: onLease((lease) => lease.clientNoTouch('ON')), gives: 'OK' }],
    clientPause: [
      { run: (redis) => redis.clientPause(1), gives: 'OK' },
      { run: (redis) => redis.clientPause(1, { write: true }), gives: 'OK' },
      { run: (redis) => redis.clientPause(1, { all: true }), gives: 'OK' },
    ],
    clientSetinfo: [
      {
        run: onLease(async (lease) => {
          await lease.clientSetinfo('LIB-NAME', 'mine');
          const set = await lease.clientSetinfo('LIB-VER', '1.2.3');
          const info = await lease.clientInfo();
          return [set, info['lib-name'], info['lib-ver']];
        }),
        gives: ['OK', 'mine', '1.2.3'],
      },
    ],
    clientSetname: [{ run: onLease((lease) => lease.clientSetname('worker')), gives: 'OK' }],
    clientTracking: [
      {
        run: onLease(async (lease, redis) => [
          await lease.clientTracking('ON', { redirect: await redis.clientId(), noloop: true }),
          await lease.clientTracking('OFF'),
        ]),
        gives: ['OK', 'OK'],
      },
    ],
    clientTrackinginfo: [
      {
        run: (redis) => redis.clientTrackinginfo(),
        gives: { flags: ['off'], redirect: -1, prefixes: [] },
      },
      {
        run: onLease(async (lease) => {
          await lease.clientTracking('ON', { bcast: true, prefix: ['a:', 'b:'], noloop: true });
          return lease.clientTrackinginfo();
        }),
        gives: { flags: ['on', 'bcast', 'noloop'], redirect: 0, prefixes: ['a:', 'b:'] },
      },
    ],
    clientUnblock: [
      { run: async (redis) => redis.clientUnblock(await redis.clientId()), gives: 0 },
      { run: async (redis) => redis.clientUnblock((await redis.clientInfo()).id), gives: 0 },
      {
        run: async (redis) => {
          const waiting = redis.blpop('jobs', 0);
          return [await redis.clientUnblock(await blockedIn(redis)), await waiting];
        },
        gives: [1, null],
      },
      {
        run: async (redis) => {
          const waiting = assert.rejects(redis.blpop('jobs', 0), { code: 'UNBLOCKED' });
          const unblocked = await redis.clientUnblock(await blockedIn(redis), { error: true });
          await waiting;
          return unblocked;
        },
        gives: 1,
      },
    ],
    clientUnpause: [{ run: (redis) => redis.clientUnpause(), gives: 'OK' }],
    echo: [
      {
        run: (redis) => redis.echo('ü'),
        gives: 'ü',
        bytes: { run: (redis) => redis.echo('ü'), gives: bytes('ü') },
      },
    ],
    ping: [
      {
        run: (redis) => redis.ping(),
        gives: 'PONG',
        bytes: { run: (redis) => redis.ping(), gives: 'PONG' },
      },
      {
        run: (redis) => redis.ping('ü'),
        gives: 'ü',
        bytes: { run: (redis) => redis.ping('ü'), gives: bytes('ü') },
      },
    ],
  },
};

/** Runs something on a connection of its own, whose state it may change. */
function onLease<T>(run: (lease: Lease, redis: Redis) => Promise<T>): (redis: Redis) => Promise<T> {
  return async (redis) => {
    await using lease = await redis.acquire();
    return await run(lease, redis);
  };
}

/** The id of the connection that waits in BLPOP. */
async function blockedIn(redis: Redis): Promise<number> {
  return waitFor(async () => {
    const clients = await redis.clientList();
    const blocked = clients.find(({ cmd, flags }) => cmd === 'blpop' && flags === 'b');
    return Number(blocked?.id ?? 0);
  });
}
