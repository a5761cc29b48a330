/** A user's program over the door `carillon` and the satellites, for the compiler only. */

import * as server from '@carillon/server';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { Channels, connect, MemoryBackend } from 'carillon';

export async function main(): Promise<void> {
  await using redisServer: TestServer = await startServer();
  await using redis = await connect(redisServer.url);
  await using channels = new Channels({ backend: new MemoryBackend(), channels: ['chat'] });
  await waitFor(async () => (await redis.ping()) === 'PONG');
  channels.publish(Object.keys(server), 'chat');
}
