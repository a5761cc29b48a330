import { createServer } from 'node:http';
import { Channels, RedisPubSubBackend } from 'carillon/channels';
import { attachChannels } from 'carillon/node';
import { connect } from 'carillon/redis';

const redis = await connect(process.env.REDIS_URL ?? 'redis://localhost');
const channels = new Channels({
  backend: new RedisPubSubBackend({ redis }),
  channels: ['chat'],
  subscriberMaxBacklog: 1_000, // messages that wait for one slow browser, the oldest dropped beyond
  subscriberBacklogStrategy: 'dropleft',
});
await channels.start();

const server = createServer((_request, response) => {
  channels.publish('somebody looked', 'chat');
  response.end('ok\n');
});
const routes = attachChannels(server, {
  channels,
  createWsRouteHandlers: true,
  wsHandlerBasePath: '/live', // ws://localhost:3000/live/chat
});
server.listen(Number(process.env.PORT ?? 3000), () => console.log(server.address()));

async function stop() {
  await routes.close(); // clients are told to come back: close code 1001
  server.close();
  await channels.stop();
  await redis.close();
}
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
