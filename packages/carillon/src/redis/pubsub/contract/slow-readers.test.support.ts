/** The contract where more comes than is read: floods, and buffers that overflow. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { waitFor } from '@carillon/test-kit';
import { type Form, openScene } from './scene.test.support.js';
import type { PubSubStage } from './stage.test.support.js';

const BURST = 2_000;

/** Registers floods of so many messages for one protocol. */
export function testFloods(
  stage: () => PubSubStage,
  protocol: 2 | 3,
  { forms, messages }: { readonly forms: readonly Form[]; readonly messages: number },
): void {
  for (const { form, bytes, way } of forms) {
    test(`${messages} messages of ${form} come whole, as fast as a server can`, async () => {
      await using scene = await openScene(stage(), { protocol, bytes });
      const reader = await scene.reader({ maxMessages: messages }, way);

      for (let sent = 0; sent < messages; sent += BURST) {
        await scene.publisher.publishAll(reader.channel, BURST);
      }
      await scene.catchUp(reader);

      const { received, missing, gaps } = await reader.balance();
      assert.ok(received > messages);
      assert.deepEqual({ missing, gaps }, { missing: 0, gaps: 0 });
    });
  }
}

/** Registers the tests for one protocol. */
export function testSlowReaders(stage: () => PubSubStage, protocol: 2 | 3): void {
  for (const kind of ['loop', 'handler'] as const) {
    test(`a ${kind} that is too slow finds gaps that count exactly what was dropped`, async () => {
      await using scene = await openScene(stage(), { protocol });
      let isOver = false;
      const slowly = (): Promise<void> => (isOver ? Promise.resolve() : nextTurn());
      const way = kind === 'loop' ? kind : slowly;
      const reader = await scene.subscriber({ maxMessages: 50 }, way);
      const { pubsub, ledger, channel } = reader;
      const reading = (async () => {
        for await (const item of pubsub) {
          if (kind === 'handler') continue; // only what happens to the connection
          ledger.take(item);
          await slowly();
        }
      })();

      for (let round = 0; round < 10; round++) await scene.publisher.publishAll(channel, 500);
      isOver = true;
      await scene.catchUp(reader);
      const { missing, dropped } = ledger.balance();
      assert.ok(dropped > 0);
      assert.equal(dropped, missing);
      assert.equal(dropped, pubsub.dropped);
      await pubsub.close();
      await reading;
    });
  }

  test('a buffer keeps the newest messages, behind one gap for all it dropped', async () => {
    await using scene = await openScene(stage(), { protocol });
    const reader = await scene.subscriber({ maxMessages: 10 });
    const { pubsub, ledger, channel } = reader;

    for (const count of [25, 10, 11]) {
      const before = pubsub.dropped;
      await scene.publisher.publishAll(channel, count);
      await waitFor(() => pubsub.dropped === before + count - 10);
      // A full buffer says nothing of when its last message came.
      while (ledger.newest(channel) < scene.publisher.sentTo(channel).length - 1) {
        await reader.take(1);
      }
    }

    assert.deepEqual(await reader.balance(), { received: 30, missing: 16, gaps: 2, dropped: 16 });
  });

  test('a gap that falls out of a full buffer lives on in the one for what was dropped', async () => {
    await using scene = await openScene(stage(), { protocol, maxIdleMs: 60 });
    const sleeper = await scene.subscriber({ maxMessages: 10 });
    const witness = await scene.reader();
    const { pubsub, channel } = sleeper;

    await scene.onProxies((proxy) => proxy.set({ stall: true }));
    for (let i = 0; i < 5; i++) await scene.publisher.publish(channel);
    await waitFor(() => witness.ledger.errors.length > 0);
    await scene.interrupt([witness], () => scene.onProxies((proxy) => proxy.heal()));
    await scene.publisher.publishAll(channel, 25);
    await waitFor(() => pubsub.dropped >= 15);
    sleeper.read();
    await scene.catchUp(sleeper, witness);

    assert.deepEqual(await sleeper.balance(), { received: 11, missing: 20, gaps: 1, dropped: 15 });
    await witness.balance();
  });

  test('what was dropped had been published before it came, and the gap reaches back to that', async () => {
    await using scene = await openScene(stage(), { protocol });
    const reader = await scene.subscriber({ maxMessages: 10 });
    const { pubsub, channel } = reader;
    await scene.onProxies((proxy) => proxy.toClient.set({ stall: true }));
    for (let i = 0; i < 25; i++) await scene.publisher.publish(channel);
    const acknowledgedAt = Date.now();

    await waitFor(() => Date.now() > acknowledgedAt + 5);
    await scene.onProxies((proxy) => proxy.heal());
    await waitFor(() => pubsub.dropped === 15);
    reader.read();
    await scene.catchUp(reader);

    const { missing, dropped } = await reader.balance();
    assert.deepEqual({ missing, dropped }, { missing: 15, dropped: 15 });
  });

  test('a buffer that overflows while connections are lost leaves nothing untold', async () => {
    await using scene = await openScene(stage(), { protocol, maxIdleMs: 60 });
    const sleeper = await scene.subscriber({ maxMessages: 20 });
    const witness = await scene.reader();
    const flood = scene.publisher.flood(sleeper.channel, witness.channel);

    for (let round = 0; round < 4; round++) {
      const count = flood.count;
      await waitFor(() => flood.count > count + 100);
      await scene.interrupt([witness], () => scene.onProxies((proxy) => proxy.cut()));
      // Reads some, so that gaps of both kinds stand in the buffer and in front of it.
      await sleeper.take(7);
    }
    await flood.stop();
    sleeper.read();
    await scene.catchUp(sleeper, witness);

    const { missing, dropped, gaps } = await sleeper.balance();
    assert.ok(gaps > 0 && dropped > 0);
    assert.ok(dropped <= missing);
    assert.equal(dropped, sleeper.pubsub.dropped);
    await witness.balance();
  });
}
