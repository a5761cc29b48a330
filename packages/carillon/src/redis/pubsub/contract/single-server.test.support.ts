/** Plain pub/sub on one server, as a stage of the contract. */
import { type FaultProxy, startFaultProxy, startServer, type TestServer } from '@carillon/test-kit';
import { constant } from '../../../util/retry-policy.js';
import { connect } from '../../client/connect.js';
import type { Redis } from '../../client/redis.js';
import type { Outlet } from './numbered-publisher.test.support.js';
import {
  type ClientSettings,
  GUEST,
  type PubSubKind,
  type PubSubStage,
  STAGE_SERVER,
  type SubscribingClient,
} from './stage.test.support.js';

const SOON = constant({ delayMs: 5 });

const PUBLISH_ALL = "for i, data in ipairs(ARGV) do redis.call('PUBLISH', KEYS[1], data) end";

/** Plain pub/sub on one server. */
export const SINGLE_SERVER: PubSubKind = {
  name: 'a subscriber of one server',
  hasPatterns: true,
  hasChannels: true,
  async start(): Promise<PubSubStage> {
    const server = await startServer(STAGE_SERVER);
    const proxy = await startFaultProxy(server);
    return new SingleServer(server, proxy, await connect(server.url, { reconnect: SOON }));
  },
};

class SingleServer implements PubSubStage {
  readonly servers: readonly [TestServer];
  readonly proxies: readonly [FaultProxy];
  readonly outlet: Outlet;
  readonly #publisher: Redis;

  constructor(server: TestServer, proxy: FaultProxy, publisher: Redis) {
    this.servers = [server];
    this.proxies = [proxy];
    this.#publisher = publisher;
    this.outlet = {
      publish: (channel, data) => publisher.publish(channel, data),
      publishAll: (channel, data) => publisher.eval(PUBLISH_ALL, [channel], data),
    };
  }

  connect({ protocol, maxIdleMs, asGuest = false }: ClientSettings): Promise<SubscribingClient> {
    const [server] = this.servers;
    const [proxy] = this.proxies;
    const url = new URL(asGuest ? server.urlFor(GUEST) : server.url);
    url.port = String(proxy.port);
    const idle = maxIdleMs === undefined ? {} : { maxIdleMs };
    return connect(url.href, { protocol, reconnect: SOON, ...idle });
  }

  async subscriptions(channel: string): Promise<number> {
    const [server] = this.servers;
    const [, count] = (await server.command('PUBSUB', 'NUMSUB', channel)).split('\n');
    return Number(count);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#publisher.close({ timeoutMs: 0 });
    await this.proxies[0].close();
    await this.servers[0][Symbol.asyncDispose]();
  }
}
