/** The typed commands and `call`, where the caller's mistakes must not reach the server. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect, type Redis, type SetOptions } from '../../entries/redis.js';

let server: TestServer;
let redis: Redis;
before(async () => {
  server = await startServer();
  redis = await connect(server.url);
});
after(async () => {
  await redis.close();
  await server.stop();
});

test('every option of SET does on the server what it says', async () => {
  assert.equal(await redis.set('k', 'first', { nx: true, ex: 100 }), 'OK');
  assert.equal(await redis.set('k', 'second', { nx: true }), null);
  assert.equal(await redis.set('k', 'third', { xx: true, get: true, keepttl: true }), 'first');
  assert.equal(await redis.call(['TTL', 'k']), 100);
  assert.equal(await redis.set('k', 'x', { px: 5_000_000 }), 'OK');
  assert.equal(await redis.call(['TTL', 'k']), 5_000);
  await redis.set('k', 'x', { exat: 4_000_000_000 });
  assert.equal(await redis.call(['EXPIRETIME', 'k']), 4_000_000_000);
  await redis.set('k', 'x', { pxat: 4_000_000_000_001 });
  assert.equal(await redis.call(['PEXPIRETIME', 'k']), 4_000_000_000_001);
  await redis.set('k', 'x', { ex: undefined, nx: false });
  assert.equal(await redis.call(['TTL', 'k']), -1);
});

test('an option that SET does not have rejects, and the key is not touched', async () => {
  const misspelled = { EX: 10 } as unknown as SetOptions;

  await assert.rejects(redis.set('untouched', 'x', misspelled), { code: 'INVALID_ARGUMENT' });
  assert.equal(await redis.exists('untouched'), 0);
});

for (const protocol of [2, 3] as const) {
  test(`lists are filled at both ends and read by index, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol });
    const key = `list:${protocol}`;

    assert.equal(await client.rpush(key, 'c', 'd'), 2);
    assert.equal(await client.lpush(key, 'b', Buffer.from('a')), 4);

    assert.equal(await client.llen(key), 4);
    assert.deepEqual(await client.lrange(key, 0, -1), ['a', 'b', 'c', 'd']);
    assert.deepEqual(await client.bytes.lrange(key, 1, 1), [Buffer.from('b')]);
    assert.deepEqual(await client.lrange('no-list', 0, -1), []);
    assert.equal(await client.llen('no-list'), 0);
  });

  test(`many strings are set and got at once, in order, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol });

    assert.equal(await client.mset({ 'm:1': 'é', 'm:2': 2 }), 'OK');

    assert.deepEqual(await client.mget('m:2', 'no-key', 'm:1'), ['2', null, 'é']);
    assert.deepEqual(await client.bytes.mget('m:1'), [Buffer.from('é')]);
  });

  test(`a counter goes up and down by any integer, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol });
    const key = `counter:${protocol}`;

    assert.equal(await client.incrby(key, 40n), 40);
    assert.equal(await client.incrby(key, -10), 30);
    assert.equal(await client.decr(key), 29);
  });

  test(`a key expires after its seconds, if there is one, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol });
    await client.set('mortal', 'x');

    assert.equal(await client.expire('mortal', 100), 1);
    assert.equal(await client.call(['TTL', 'mortal']), 100);
    assert.equal(await client.expire('no-key', 100), 0);
  });
}

for (const words of ['GET', [], [''], [undefined], 5] as unknown[]) {
  test(`call(${JSON.stringify(words)}) is a mistake of the caller, and rejects as one`, async () => {
    const mistaken = words as Parameters<typeof redis.call>[0];

    await assert.rejects(redis.call(mistaken), { name: 'UsageError', code: 'INVALID_ARGUMENT' });
  });
}

for (const protocol of [2, 3] as const) {
  test(`an integer that no number holds rejects where a number is promised, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol });
    const key = `integer:${protocol}`;
    const unsafe = { name: 'ProtocolError', code: 'UNSAFE_INTEGER' };
    await client.set(key, Number.MAX_SAFE_INTEGER - 1);

    assert.equal(await client.incr(key), Number.MAX_SAFE_INTEGER);
    await assert.rejects(client.incr(key), { ...unsafe, command: 'INCR' });
    await assert.rejects(client.incrby(key, 2), unsafe);
    await assert.rejects(client.decr(key), unsafe);
    const refused = client.multi((tx) => [tx.incr(key), tx.call(['INCR', key])], {
      returnErrors: true,
    });

    const [error, value] = await refused;
    assert.equal(Object(error).code, 'UNSAFE_INTEGER');
    assert.equal(value, 2n ** 53n + 3n); // all of them ran
    assert.equal(await client.ping(), 'PONG');
  });
}

for (const protocol of [2, 3] as const) {
  test(`a sum of floating-point numbers that is an integer no double holds rejects, under RESP${protocol}`, async () => {
    await using client = await connect(server.url, { protocol });
    const unsafe = { name: 'ProtocolError', code: 'UNSAFE_INTEGER' };
    const [key, hash] = [`float:${protocol}`, `hash:${protocol}`];
    await client.set(key, '9007199254740992');
    await client.hset(hash, { f: '-9007199254740992' });

    assert.equal(await client.incrbyfloat(key, 0), 2 ** 53);
    await assert.rejects(client.incrbyfloat(key, 1), { ...unsafe, command: 'INCRBYFLOAT' });
    await assert.rejects(client.hincrbyfloat(hash, 'f', -1), unsafe);
    assert.equal(await client.hincrbyfloat(hash, 'f', -1), -(2 ** 53) - 2);
  });
}

test('a number method inside a transaction made by hand gets what the server says, QUEUED', async () => {
  await using lease = await redis.acquire();
  await lease.execute('MULTI');

  assert.equal(await lease.incr('by-hand'), 'QUEUED');
  assert.deepEqual(await lease.execute('EXEC'), [1]);
});
