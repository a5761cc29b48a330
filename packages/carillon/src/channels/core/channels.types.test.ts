/** What must infer, and what must not compile. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { MemoryBackend } from '../backends/memory.js';
import type { BackendGap } from './backend.js';
import { Channels } from './channels.js';
import { typeEncoder } from './encode.js';
import type { ChannelMessage } from './message.js';
import { Subscriber } from './subscriber.js';

type Equal<A, B> =
  (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only when the two types are the same. */
function same<A, B>(equal: Equal<A, B>): void {
  assert.equal(equal, true);
}

type Item<S> = S extends AsyncIterable<infer I> ? I : never;

class Named extends Subscriber {
  label = 'mine';
}

const backend = new MemoryBackend();

test('a subscriber gives messages, and gaps only when asked for', () => {
  const channels = new Channels({ backend, channels: ['a'] });
  const plain = () => channels.subscribe('a');
  const gaps = () => channels.subscribe(['a'], { gaps: true, history: 'all' });
  same<Item<Awaited<ReturnType<typeof plain>>>, ChannelMessage>(true);
  same<Item<Awaited<ReturnType<typeof gaps>>>, ChannelMessage | BackendGap>(true);
});

test('subscribe returns the subscriber class it was given, with gaps too', () => {
  const channels = new Channels({ backend, channels: ['a'], subscriberClass: Named });
  const plain = () => channels.startSubscription('a');
  const gaps = () => channels.startSubscription('a', { gaps: true });
  const general: Channels = channels;
  assert.equal(general, channels);
  same<Awaited<ReturnType<typeof plain>>, Named>(true);
  same<Awaited<ReturnType<typeof gaps>>['label'], string>(true);
  same<Item<Awaited<ReturnType<typeof gaps>>>, ChannelMessage | BackendGap>(true);
});

test('a type encoder knows its class', () => {
  typeEncoder(Date, (date) => {
    same<typeof date, Date>(true);
    return date.getTime();
  });
});

test('what cannot work does not compile', () => {
  const calls = (channels: Channels): unknown => [
    // @ts-expect-error a channel is a name
    channels.publish('x', 5),
    // @ts-expect-error no such strategy
    new Channels({ backend, channels: ['a'], subscriberBacklogStrategy: 'dropright' }),
    // @ts-expect-error a history is a count or 'all'
    channels.subscribe('a', { history: 'some' }),
    // @ts-expect-error nothing can be published without a backend
    new Channels({ channels: ['a'] }),
  ];
  assert.equal(typeof calls, 'function');
});
