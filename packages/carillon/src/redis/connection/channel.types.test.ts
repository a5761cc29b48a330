/** What reading a channel and opening a connection infer, and what does not compile. Compiled only. */
import { Channel, Connection, createConnection } from '../../entries/redis.js';

declare const connection: Connection;

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
  // @ts-expect-error Other codecs read bytes.
  void createConnection('redis://', { encoding: 'latin1' });
}
