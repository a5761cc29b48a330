/** What `redis.subscribe()` infers, and what does not compile. Compiled only. */
import {
  Channel,
  type MessageGap,
  Receiver,
  type Redis,
  type Sender,
} from '../../entries/redis.js';

declare const redis: Redis;
declare const names: string[];

export async function subscribes(): Promise<void> {
  const [a, b] = await redis.subscribe('a', Buffer.from('b'));
  a satisfies Channel;
  (await b.get()) satisfies string;
  (await b.get({ gaps: true })) satisfies string | MessageGap;
  // @ts-expect-error There are as many channels as names.
  (await redis.subscribe('a'))[1] satisfies unknown;
  (await redis.subscribe(...names)) satisfies Channel[];
  const [pattern] = await redis.psubscribe('a*');
  (await pattern.get()) satisfies [channel: string, message: string];
  const [bytes] = await redis.bytes.subscribe('a');
  (await bytes.get()) satisfies Uint8Array;
  (await bytes.getJson<number>()) satisfies number;
  redis.channels.get('a') satisfies Channel | undefined;
  redis.patterns.get('a*') satisfies Channel<true> | undefined;
  redis.bytes.channels.get('a') satisfies Channel<false, null> | undefined;
}

export async function subscribesWithChannels(): Promise<void> {
  const receiver = new Receiver();
  const mine = new Channel('mine', { encoding: null });
  const [sender, given, made] = await redis.subscribe(receiver.channel('a'), mine, 'b');
  sender satisfies Sender;
  (await given.get()) satisfies Uint8Array;
  (await made.get()) satisfies string;
  const [kind, name, count] = (await redis.executePubSub('SUBSCRIBE', mine, 'b'))[0] ?? [];
  kind satisfies string | undefined;
  name satisfies string | Uint8Array | null | undefined;
  count satisfies number | undefined;
}

export function refused(): void {
  // @ts-expect-error A number is no name.
  void redis.subscribe(5);
  // @ts-expect-error A sender's messages are read from its receiver.
  void new Receiver().channel('a').get();
  // @ts-expect-error What is said of a client is not to be changed.
  redis.channels.clear();
}
