import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelMessage } from './message.js';
import { Subscription } from './subscription.js';

const message = (offset: number, epoch = 'first'): ChannelMessage =>
  new ChannelMessage('chat', new Uint8Array(), { offset, epoch, publishedAt: 0 });

function begin(): Subscription {
  const subscription = new Subscription({ maxMessages: 100, strategy: 'backoff' }, false);
  subscription.hold('chat');
  subscription.readingHistory('chat');
  return subscription;
}

function received(subscription: Subscription): string[] {
  const positions: string[] = [];
  for (let item = subscription.backlog.take(); item; item = subscription.backlog.take()) {
    if (item.type === 'message') positions.push(`${item.epoch} ${item.offset}`);
  }
  return positions;
}

test('a live message that arrives after the history it is in is not received twice', () => {
  const subscription = begin();

  subscription.goLive('chat', [message(1), message(2)]);
  for (const live of [message(1), message(2), message(3)]) subscription.receive(live);

  assert.deepEqual(received(subscription), ['first 1', 'first 2', 'first 3']);
});

test('a new life of the channel is received from its first message, whatever history had', () => {
  const subscription = begin();

  subscription.goLive('chat', [message(1), message(2)]);
  for (const live of [message(1, 'second'), message(2, 'second')]) subscription.receive(live);

  assert.deepEqual(received(subscription), ['first 1', 'first 2', 'second 1', 'second 2']);
});
