/**
 * What the contract of subscribers needs of a kind of pub/sub: servers that it may break, proxies
 * between them and the subscribing client, and a way to publish that goes around the proxies.
 */
import type { FaultProxy, StartServerOptions, TestServer } from '@carillon/test-kit';
import type { PubSub, PubSubOptions } from '../../../entries/redis.js';
import type { Redis } from '../../client/redis.js';
import type { PubSubItem } from '../items.js';
import type { Outlet } from './numbered-publisher.test.support.js';

/** One kind of pub/sub: plain or sharded, on one server or a cluster. */
export interface PubSubKind {
  /** Stands in the tests' names. */
  readonly name: string;
  /** Whether it knows patterns. */
  readonly hasPatterns: boolean;
  /** Whether its clients have `subscribe`, which gives a `Channel`. */
  readonly hasChannels: boolean;
  start(): Promise<PubSubStage>;
}

/** Running servers with proxies before them. */
export interface PubSubStage extends AsyncDisposable {
  /** Started with `STAGE_SERVER`. */
  readonly servers: readonly TestServer[];
  /** All that lie between the subscribing clients and the servers. */
  readonly proxies: readonly FaultProxy[];
  /** Publishes around the proxies. */
  readonly outlet: Outlet;
  /** Connects a client through the proxies. It tries again every few milliseconds. */
  connect(settings: ClientSettings): Promise<SubscribingClient>;
  /** How many connections are subscribed to a channel, as the servers see it. */
  subscriptions(channel: string): Promise<number>;
}

/** How a client of the contract connects. */
export interface ClientSettings {
  readonly protocol: 2 | 3;
  /** Default: long enough never to matter. */
  readonly maxIdleMs?: number;
  /** Connects as `GUEST` instead of the default user. */
  readonly asGuest?: boolean;
}

/** A subscriber with every kind of item. */
export type EverySubscriber<S extends string | Uint8Array = string> = Pick<
  PubSub<S, PubSubItem<S>>,
  keyof PubSub<S, PubSubItem<S>>
>;

/** What makes subscribers: a client, or what knows another kind of subscriber of it. */
export interface SubscribingClient {
  pubsub(options: PubSubOptions<string, true, true>): EverySubscriber;
  readonly bytes: {
    pubsub(options: PubSubOptions<Uint8Array, true, true>): EverySubscriber<Uint8Array>;
  };
  close: Redis['close'];
  /** Present where the kind `hasChannels`. */
  readonly subscribe?: Redis['subscribe'];
}

/** An ACL user who may use channels that begin with `open:`, as all of the contract do. */
export const GUEST = 'guest';

/** What the guest may do at first, and after a test took it away. */
export const GUEST_CHANNELS = ['resetchannels', '&open:*'] as const;

/** How a stage starts its servers. */
export const STAGE_SERVER: StartServerOptions = {
  users: { [GUEST]: { password: 'g', rules: ['+@all', '~*', ...GUEST_CHANNELS] } },
};
