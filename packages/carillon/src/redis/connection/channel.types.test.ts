/** What reading a channel and opening a connection infer, and what does not compile. Compiled only. */
import {
  Channel,
  Connection,
  createConnection,
  MessageGap,
  type Pool,
  Receiver,
  type Sender,
} from '../../entries/redis.js';

declare const connection: Connection;
declare const pool: Pool;

class Mine extends Connection {
  readonly isMine = true;
}

export async function reads(): Promise<void> {
  const channel = new Channel('news');
  (await channel.get()) satisfies string;
  (await channel.get({ encoding: 'utf8' })) satisfies string;
  (await channel.get({ encoding: null })) satisfies Uint8Array;
  (await channel.get({ decoder: (text) => text.length })) satisfies number;
  (await channel.get({ encoding: null, decoder: (bytes) => bytes.byteLength })) satisfies number;
  (await channel.getJson<{ n: number }>()).n satisfies number;
  (await channel.waitMessage()) satisfies boolean;
  for await (const message of channel) message satisfies string;
  for await (const message of channel.iter()) message satisfies string;
  for await (const length of channel.iter({ decoder: (text) => text.length })) {
    length satisfies number;
  }
}

export async function patternReads(): Promise<void> {
  const pattern = new Channel('news.*', { isPattern: true });
  (await pattern.get()) satisfies [channel: string, message: string];
  (await pattern.get({ encoding: null })) satisfies [channel: Uint8Array, message: Uint8Array];
  (await pattern.getJson<number>()) satisfies [channel: string, message: number];
  for await (const [name, message] of pattern) [name, message] satisfies [string, string];
}

export async function bytesByDefault(): Promise<void> {
  const channel = new Channel('news', { encoding: null });
  (await channel.get()) satisfies Uint8Array;
  (await channel.get({ encoding: 'utf8' })) satisfies string;
  (await channel.get({ decoder: (bytes) => bytes.byteLength })) satisfies number;
  (await channel.getJson<number>()) satisfies number;
  for await (const message of channel) message satisfies Uint8Array;
  for await (const message of channel.iter()) message satisfies Uint8Array;
  const pattern = new Channel('news.*', { isPattern: true, encoding: null });
  (await pattern.get()) satisfies [channel: Uint8Array, message: Uint8Array];
}

export async function gaps(): Promise<void> {
  const channel = new Channel('news');
  const item = await channel.get({ gaps: true });
  if (item instanceof MessageGap) item.since satisfies number;
  else item satisfies string;
  for await (const each of channel.iter({ gaps: true, decoder: (text) => text.length })) {
    if (each instanceof MessageGap) each.until satisfies number;
    else each satisfies number;
  }
  // @ts-expect-error There may be a gap.
  (await channel.get({ gaps: true })) satisfies string;
}

export async function receives(): Promise<void> {
  const receiver = new Receiver();
  receiver.channel('a') satisfies Sender;
  receiver.pattern('a*') satisfies Sender<true>;
  receiver.patterns.get('a*') satisfies Sender<true> | undefined;
  const [sender, message] = await receiver.get();
  sender.name satisfies string;
  message satisfies string | [channel: string, message: string];
  for await (const [from, value] of receiver.iter({ decoder: (text) => text.length })) {
    from.isPattern satisfies boolean;
    value satisfies number | [channel: string, message: number];
  }
  for await (const [from, value] of receiver.iter({ gaps: true })) {
    if (from === null) value satisfies MessageGap;
    else value satisfies string | [channel: string, message: string];
  }
  const bytes = new Receiver({ encoding: null });
  (await bytes.get())[1] satisfies Uint8Array | [channel: Uint8Array, message: Uint8Array];
  (await bytes.getJson<number>())[1] satisfies number | [channel: string, message: number];
  await connection.executePubSub('subscribe', receiver.channel('a'), 'b');
  await pool.executePubSub('psubscribe', receiver.pattern('a*'));
}

export async function subscribes(): Promise<void> {
  const [[kind, name, count] = []] = await connection.executePubSub(
    'subscribe',
    'a',
    Buffer.from('b'),
  );
  kind satisfies string | undefined;
  name satisfies string | Uint8Array | null | undefined;
  count satisfies number | undefined;
  await connection.executePubSub('PSUBSCRIBE', new Channel('a*', { isPattern: true }));
  connection.pubsubChannels.get('a') satisfies Channel | undefined;
  connection.pubsubPatterns.get('a*') satisfies Channel<true> | undefined;
}

export async function opens(): Promise<void> {
  (await createConnection('redis://', { connectionClass: Mine })).isMine satisfies true;
  (await createConnection('redis://')) satisfies Connection;
}

export function refused(): void {
  // @ts-expect-error It is no verb of pub/sub.
  void connection.executePubSub('publish', 'a');
  // @ts-expect-error A number is no name.
  void connection.executePubSub('subscribe', 5);
  // @ts-expect-error What is said of a connection is not to be changed.
  connection.pubsubChannels.set('a', new Channel('a'));
  // @ts-expect-error There is no event loop to pass.
  void createConnection('redis://', { loop: undefined });
  // @ts-expect-error A class that is no connection.
  void createConnection('redis://', { connectionClass: class {} });
  // @ts-expect-error A channel shares its connection.
  void new Channel('a', { overflow: 'pause' });
  // @ts-expect-error A receiver's channels share theirs.
  void new Receiver({ overflow: 'pause' });
  // @ts-expect-error What a receiver has is not to be changed.
  new Receiver().channels.clear();
  // @ts-expect-error Other codecs read bytes.
  void createConnection('redis://', { encoding: 'latin1' });
}
