/**
 * The client on every server version that the test kit knows, under RESP2 and RESP3.
 *
 * Not here: what does not depend on the version, which the everyday tests check on one server. A
 * version that cannot be had here is skipped with its reason.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  fetchServer,
  SERVER_VERSIONS,
  type ServerBinary,
  type ServerVersion,
  startServer,
} from '@carillon/test-kit';
import { connect, ReplyError, WrongTypeError } from '../../entries/redis.js';

/** Servers before Redis 7.2 do not know `CLIENT SETINFO`. */
const WITHOUT_SETINFO: ReadonlySet<ServerVersion> = new Set(['redis-6.0']);

const versions = Object.keys(SERVER_VERSIONS) as ServerVersion[];
const servers = await Promise.all(
  versions.map(async (version) => ({ version, fetched: await fetchServer(version) })),
);

for (const { version, fetched } of servers) {
  /** One test, under each protocol. */
  const onServer = (
    name: string,
    body: (binary: ServerBinary, protocol: 2 | 3) => Promise<void>,
  ): void => {
    for (const protocol of [2, 3] as const) {
      test(`${version}, RESP${protocol}: ${name}`, async (t) => {
        if (!fetched.available) return t.skip(fetched.reason);
        await body(fetched.binary, protocol);
      });
    }
  };

  test(`${version}: a client that asks for no protocol speaks RESP3`, async (t) => {
    if (!fetched.available) return t.skip(fetched.reason);
    await using server = await startServer({ binary: fetched.binary });
    await using redis = await connect(server.url);

    assert.equal(redis.protocol, 3);
  });

  onServer('typed commands read the same', async (binary, protocol) => {
    await using server = await startServer({ binary });
    await using redis = await connect(server.url, { protocol });

    assert.equal(redis.protocol, protocol);
    assert.equal(await redis.ping(), 'PONG');
    assert.equal(await redis.set('k', 'ü', { ex: 60 }), 'OK');
    assert.equal(await redis.set('k', 'other', { nx: true }), null);
    assert.equal(await redis.get('k'), 'ü');
    assert.deepEqual(Buffer.from((await redis.bytes.get('k')) ?? []), Buffer.from('ü'));
    assert.equal(await redis.get('nothing'), null);
    assert.equal(await redis.incr('n'), 1);
    assert.equal(await redis.hset('h', { a: 1, b: 'two' }), 2);
    assert.deepEqual({ ...(await redis.hgetall('h')) }, { a: '1', b: 'two' });
    assert.deepEqual(await redis.eval('return {1, ARGV[1]}', [], ['x']), [1, 'x']);
    assert.equal(await redis.exists('k', 'n', 'nothing'), 2);
    assert.equal(await redis.del('k', 'n', 'h'), 3);
  });

  onServer('a thousand commands in flight get their own replies', async (binary, protocol) => {
    await using server = await startServer({ binary });
    await using redis = await connect(server.url, { protocol });
    const numbers = Array.from({ length: 1000 }, (_, index) => index);

    await Promise.all(numbers.map((number) => redis.set(`k${number}`, number)));
    const values = await Promise.all(numbers.map((number) => redis.get(`k${number}`)));

    assert.deepEqual(values, numbers.map(String));
  });

  onServer('a monitor shows what was sent, and is probed', async (binary, protocol) => {
    await using server = await startServer({ binary });
    await using redis = await connect(server.url, { protocol, maxIdleMs: 200 });
    await using watched = await redis.bytes.monitor();
    const value = Uint8Array.from({ length: 256 }, (_, byte) => byte);
    await redis.call(['EVAL', "return redis.call('set', KEYS[1], ARGV[1])", 1, 'k', value]);

    let pings = 0;
    const sources = new Map<string, string>();
    for await (const item of watched) {
      if (item.type === 'gap') continue;
      const name = Buffer.from(item.command[0]).toString().toUpperCase();
      if (name === 'SET' || name === 'EVAL') {
        sources.set(name, item.source.replace(/:\d+$/, ''));
        assert.deepEqual(Buffer.from(item.command.at(-1) ?? []), Buffer.from(value));
      }
      // Those of the connection for commands go out at the same pace as the monitor's own, unseen ones.
      if (name === 'PING' && item.command.length === 1 && ++pings === 2) break;
    }
    assert.deepEqual(Object.fromEntries(sources), { EVAL: '127.0.0.1', SET: 'lua' });
  });

  onServer('errors keep their code, and the connection goes on', async (binary, protocol) => {
    await using server = await startServer({ binary });
    await using redis = await connect(server.url, { protocol });

    await redis.set('text', 'x');
    await assert.rejects(redis.hgetall('text'), WrongTypeError);
    await assert.rejects(redis.call(['NO-SUCH-COMMAND']), (error) => {
      assert.ok(error instanceof ReplyError);
      assert.equal(error.code, 'ERR');
      return true;
    });
    assert.equal(await redis.get('text'), 'x');
  });

  onServer(
    'a subscription cut off by the server tells the gap and goes on',
    async (binary, protocol) => {
      await using server = await startServer({ binary });
      await using redis = await connect(server.url, { protocol });
      await using news = redis.pubsub({ channels: ['news'], patterns: ['n?ws'], gaps: true });
      await news.ready();
      const next = async (count: number): Promise<unknown[]> => {
        const items: unknown[] = [];
        for await (const item of news) {
          items.push(item.type === 'message' || item.type === 'pmessage' ? item.data : item.type);
          if (items.length === count) break;
        }
        return items;
      };

      await redis.publish('news', 'before');
      assert.deepEqual(await next(2), ['before', 'before']);
      await server.command('CLIENT', 'KILL', 'TYPE', 'pubsub');
      assert.deepEqual(await next(1), ['gap']);
      await redis.publish('news', 'after');
      assert.deepEqual(await next(2), ['after', 'after']);
    },
  );

  onServer(
    'a restarted server is found again by commands and subscriptions',
    async (binary, protocol) => {
      await using server = await startServer({ binary });
      await using redis = await connect(server.url, { protocol });
      await using news = redis.pubsub({ channels: ['news'], reconnects: true });
      await news.ready();

      await server.kill();
      await server.restart();
      for await (const item of news) if (item.type === 'reconnected') break;
      await redis.publish('news', 'after');

      const item = await news.getMessage({ timeoutMs: 5_000 });
      assert.ok(item?.type === 'message' && item.data === 'after');
    },
  );

  onServer('a password is needed and given', async (binary, protocol) => {
    await using server = await startServer({ binary, password: 's3cret' });
    await using redis = await connect(server.url, { protocol });

    assert.equal(await redis.ping(), 'PONG');
    const { host, port } = server;
    const wrong = connect({ host, port }, { protocol, password: 'wrong', reconnect: false });
    await assert.rejects(wrong, ReplyError);
  });

  onServer('an ACL user may do what its rules say', async (binary, protocol) => {
    const alice = { password: 'x', rules: ['~mine:*', '+@all', '-@dangerous', '+client'] };
    await using server = await startServer({ binary, users: { alice } });
    await using redis = await connect(server.urlFor('alice'), { protocol });

    assert.equal(await redis.set('mine:1', 'a'), 'OK');
    await assert.rejects(redis.set('yours:1', 'a'), { code: 'NOPERM' });
    await assert.rejects(redis.call(['FLUSHALL']), { code: 'NOPERM' });
  });

  onServer('the server shows who is connected, where it can', async (binary, protocol) => {
    await using server = await startServer({ binary });
    await using redis = await connect(server.url, { protocol, clientName: 'the-client', db: 3 });

    assert.equal(await redis.ping(), 'PONG');
    const list = await server.command('CLIENT', 'LIST');
    const line = list.split('\n').find((entry) => entry.includes(' name=the-client '));
    assert.match(line ?? list, / db=3 /);
    assert.equal(/ lib-name=carillon /.test(line ?? ''), !WITHOUT_SETINFO.has(version));
  });
}
