/** What is a vector and what is not, before anything is sent; what a vector set of Redis 8 refuses. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { fetchServer, startServer, type TestServer } from '@carillon/test-kit';
import { connect, type Redis } from '../../../entries/redis.js';

const fetched = await fetchServer('redis-8.6');
const skip = fetched.available ? false : fetched.reason;

describe('vector sets', { skip }, () => {
  let server: TestServer;
  let redis: Redis;
  before(async () => {
    server = await startServer(fetched.available ? { binary: fetched.binary } : {});
    redis = await connect(server.url);
  });
  after(async () => {
    await redis.close();
    await server.stop();
  });

  for (const vector of ['1,2', 5, null, undefined, {}, Float64Array.of(1, 2), new ArrayBuffer(8)]) {
    const shown = `${Object.prototype.toString.call(vector)} ${JSON.stringify(vector)}`;
    test(`${shown} is no vector`, async () => {
      const refused = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

      await assert.rejects(redis.vadd('v', vector as never, 'a'), refused);
      await assert.rejects(redis.vsim('v', vector as never), refused);
      assert.equal(await redis.exists('v'), 0);
    });
  }

  test('an option that VADD or VSIM does not have rejects', async () => {
    const misspelled = { COUNT: 1 } as never;

    await assert.rejects(redis.vadd('v', [1], 'a', misspelled), { code: 'INVALID_ARGUMENT' });
    await assert.rejects(redis.vsim('v', [1], misspelled), { code: 'INVALID_ARGUMENT' });
    assert.equal(await redis.exists('v'), 0);
  });

  test('a vector of other dimensions, and an element that is not there, are errors of the server', async () => {
    await redis.vadd('dimensions', [1, 2], 'a');

    await assert.rejects(redis.vadd('dimensions', [1], 'b'), { name: 'ReplyError' });
    await assert.rejects(redis.vsim('dimensions', { ele: 'none' }), { name: 'ReplyError' });
    await assert.rejects(redis.vdim('none'), { name: 'ReplyError' });
  });

  test('a vector of 1,536 numbers is kept as it is, as numbers and as floats', async () => {
    const numbers = Array.from({ length: 1_536 }, (_, i) => Math.fround(Math.sin(i)));
    await redis.vadd('large', numbers, 'numbers', { noquant: true });
    await redis.vadd('large', Float32Array.from(numbers), 'floats', { noquant: true });

    for (const element of ['numbers', 'floats']) {
      const kept = (await redis.vemb('large', element)) ?? [];
      assert.equal(kept.length, numbers.length);
      // The server normalizes: the last bits differ.
      assert.ok(kept.every((each, i) => Math.abs(each - (numbers[i] ?? 0)) < 1e-6));
    }
    assert.deepEqual(
      await redis.vsim('large', { ele: 'numbers' }, { epsilon: 0.001 }).then((all) => all.sort()),
      ['floats', 'numbers'],
    );
  });
});
