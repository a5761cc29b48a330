/** Places: what is wrong in itself is not sent, and what the server refuses is told. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { connect, type GeoPositions, type Redis } from '../../../entries/redis.js';

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

const MISTAKE = { name: 'UsageError', code: 'INVALID_ARGUMENT' };

for (const positions of [['Palermo', 13, 38], { Palermo: 13 }, null, 'Palermo'] as unknown[]) {
  test(`geoadd of ${JSON.stringify(positions)} is a mistake of the caller`, async () => {
    const mistaken = redis.geoadd('s', positions as GeoPositions);

    await assert.rejects(mistaken, { ...MISTAKE, command: 'GEOADD' });
    assert.equal(await redis.exists('s'), 0);
  });
}

test('an option that a search does not have is a mistake of the caller, and named', async () => {
  const area = { frommember: 'a', byradius: [1, 'km'] as const };
  const misspelled = { ...area, withdistance: true };

  await assert.rejects(redis.geosearch('s', misspelled), { ...MISTAKE, message: /withdistance/ });
  await assert.rejects(redis.geosearchstore('d', 's', misspelled), MISTAKE);
});

test('a member that is not there is no centre of a search', async () => {
  await redis.geoadd('places', { Palermo: [13.361389, 38.115556] });
  const refused = redis.geosearch('places', { frommember: 'Rome', byradius: [1, 'km'] });

  await assert.rejects(refused, { name: 'ReplyError', command: 'GEOSEARCH' });
});

test('coordinates that are nowhere are refused by the server', async () => {
  await assert.rejects(redis.geoadd('places', { Pole: [0, 90] }), {
    name: 'ReplyError',
    command: 'GEOADD',
  });
});
