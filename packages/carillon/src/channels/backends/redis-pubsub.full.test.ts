/** `RedisPubSubBackend`: the contract on every server version that the test kit knows. */
import { after, before, test } from 'node:test';
import {
  fetchServer,
  SERVER_VERSIONS,
  type ServerVersion,
  startServer,
  type TestServer,
} from '@carillon/test-kit';
import { channelsBackendContract } from '../../contracts/channels-backend.js';
import { connect } from '../../entries/redis.js';
import { RedisPubSubBackend } from './redis-pubsub.js';

const versions = Object.keys(SERVER_VERSIONS) as ServerVersion[];
const servers = await Promise.all(
  versions.map(async (version) => ({ version, fetched: await fetchServer(version) })),
);

for (const { version, fetched } of servers) {
  if (!fetched.available) {
    test(`${version}: the contract of a channels backend`, (t) => t.skip(fetched.reason));
    continue;
  }

  let server: TestServer;
  before(async () => {
    server = await startServer({ binary: fetched.binary });
  });
  after(async () => {
    await server.stop();
  });

  for (const protocol of [2, 3] as const) {
    let fixtures = 0;
    const cases = channelsBackendContract(async () => {
      const [redis, otherRedis] = await Promise.all([
        connect(server.url, { protocol }),
        connect(server.url, { protocol }),
      ]);
      const keyPrefix = `RESP${protocol}-${++fixtures}`;
      return {
        backend: new RedisPubSubBackend({ redis, keyPrefix }),
        other: new RedisPubSubBackend({ redis: otherRedis, keyPrefix }),
        dispose: async () => {
          await Promise.all([redis.close(), otherRedis.close()]);
        },
      };
    });
    for (const { name, run } of cases) test(`${version}, RESP${protocol}: ${name}`, run);
  }
}
