/** Which classes `connect` takes beside which encoding. Compiled only. */
import { type Client, connect, type Encoding, Redis } from '../../entries/redis.js';

declare const encoding: Encoding;

class Text extends Redis {}
class Bytes extends Redis<Uint8Array> {}
class Either extends Redis<string | Uint8Array> {}
class Any<S extends string | Uint8Array = string> extends Redis<S> {}
class Holder {
  readonly client: Client;

  constructor(client: Client) {
    this.client = client;
  }
}

export async function itsClassIsWhatConnectGives(): Promise<void> {
  (await connect('', { commandsClass: Text })) satisfies Text;
  (await connect('', { commandsClass: Text, encoding: 'utf8' })) satisfies Text;
  (await connect('', { commandsClass: Bytes, encoding: null })) satisfies Bytes;
  (await connect('', { commandsClass: Any })) satisfies Any;
  (await connect('', { commandsClass: Any<Uint8Array>, encoding: null })) satisfies Any<Uint8Array>;
  (await connect('', { commandsClass: Either, encoding })) satisfies Either;
  (await connect('', { commandsClass: Holder })) satisfies Holder;
  (await connect('', { commandsClass: Holder, encoding: null })) satisfies Holder;
}

export async function promisesThatTheEncodingBreaks(): Promise<void> {
  // @ts-expect-error: strings are text unless `encoding` says otherwise
  await connect('', { commandsClass: Bytes });
  // @ts-expect-error: `null` gives bytes
  await connect('', { commandsClass: Text, encoding: null });
  // @ts-expect-error: it may be text
  await connect('', { commandsClass: Bytes, encoding });
  // @ts-expect-error: it may be bytes
  await connect('', { commandsClass: Text, encoding });
}
