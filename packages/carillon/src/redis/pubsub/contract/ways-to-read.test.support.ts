/** The contract of the ways to take items: calls that give up, loops that break off, acknowledgements. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '@carillon/test-kit';
import { MessageGap } from '../../connection/message-gap.js';
import { CommandAbortedError } from '../../errors/connection-error.js';
import { Ledger } from './ledger.test.support.js';
import { moreOf, newChannel, openScene } from './scene.test.support.js';
import type { PubSubKind, PubSubStage } from './stage.test.support.js';

/** Registers the tests for one protocol. */
export function testWaysToRead(
  stage: () => PubSubStage,
  protocol: 2 | 3,
  { hasChannels }: PubSubKind,
): void {
  test('calls that time out or are aborted take no message away', async () => {
    await using scene = await openScene(stage(), { protocol });
    const reader = await scene.subscriber();
    const { pubsub, ledger, channel } = reader;
    const flood = scene.publisher.flood(channel);
    let aborted = 0;

    for (let turn = 0; turn < 600; turn++) {
      const controller = new AbortController();
      const isLate = turn % 3 === 0;
      if (isLate) setImmediate(() => controller.abort());
      const timeoutMs = turn % 3 === 1 ? turn % 2 : 50;
      try {
        const item = await pubsub.getMessage({ signal: controller.signal, timeoutMs });
        if (item !== null) ledger.take(item);
      } catch (error) {
        assert.ok(error instanceof CommandAbortedError);
        aborted++;
      }
    }
    await flood.stop();
    const last = scene.publisher.sentTo(channel).length - 1;
    await reader.take(last - ledger.newest(channel));

    assert.ok(aborted > 0);
    const { missing, gaps } = ledger.balance();
    assert.deepEqual({ missing, gaps }, { missing: 0, gaps: 0 });
  });

  test('a loop that breaks off loses nothing to the next', async () => {
    await using scene = await openScene(stage(), { protocol });
    const { pubsub, ledger, channel } = await scene.subscriber();
    const flood = scene.publisher.flood(channel);

    for (let turn = 0; turn < 300; turn++) {
      let left = turn % 4;
      for await (const item of pubsub) {
        ledger.take(item);
        if (left-- === 0) break;
      }
    }
    await flood.stop();

    const { received, missing, gaps } = ledger.balance();
    assert.ok(received >= 300);
    assert.deepEqual({ missing, gaps }, { missing: 0, gaps: 0 });
  });

  test('acknowledgements come before the messages of their names, once, also across a reset', async () => {
    await using scene = await openScene(stage(), { protocol });
    const reader = scene.idler({ ignoreSubscribeMessages: false });
    const { pubsub, ledger } = reader;
    const story: string[] = [];
    const reading = (async () => {
      for await (const item of pubsub) {
        ledger.take(item);
        if (item.type === 'subscribe' || item.type === 'unsubscribe') {
          story.push(`${item.type} ${item.channel} ${item.data}`);
        } else if (item.type === 'message' && !story.includes(`message ${item.channel}`)) {
          story.push(`message ${item.channel}`);
        }
      }
    })();
    const [one, two] = [newChannel(), newChannel()];
    const flood = scene.publisher.flood(one, two);

    await reader.join(one);
    await waitFor(() => ledger.newest(one) >= 0);
    await scene.onProxies((proxy) => proxy.toClient.set({ stall: true }));
    const joining = reader.join(two);
    await waitFor(async () => (await scene.stage.subscriptions(two)) === 1);
    await scene.interrupt([reader], () =>
      scene.onProxies((proxy) => {
        proxy.resetConnections();
        return proxy.heal();
      }),
    );
    await joining;
    await scene.catchUp(reader);
    await reader.leave(one);
    await flood.stop();
    await scene.catchUp(reader);
    await pubsub.close();
    await reading;

    assert.deepEqual(story.slice(0, 5), [
      `subscribe ${one} 1`,
      `message ${one}`,
      `subscribe ${two} 2`,
      `message ${two}`,
      `unsubscribe ${one} 1`,
    ]);
    assert.equal(ledger.balance().gaps, 1);
  });

  if (hasChannels) {
    test('a Channel finds the gap of each loss in its place', async () => {
      await using scene = await openScene(stage(), { protocol, maxIdleMs: 60 });
      const witness = await scene.reader();
      const name = newChannel();
      const [channel] = (await scene.client.subscribe?.(name)) ?? [];
      const ledger = new Ledger(scene.publisher);
      ledger.stands(name);
      const reading = (async () => {
        for await (const read of channel?.iter({ gaps: true }) ?? []) {
          if (read instanceof MessageGap) ledger.take(read);
          else ledger.take({ type: 'message', pattern: null, channel: name, data: read });
        }
      })();
      const flood = scene.publisher.flood(name, witness.channel);

      for (let round = 0; round < 3; round++) {
        await moreOf(flood, 200);
        await scene.interrupt([witness], () => scene.onProxies((proxy) => proxy.cut()));
      }
      await moreOf(flood, 200);
      await flood.stop();
      await scene.catchUp(witness);
      const { sequence } = await scene.publisher.publish(name);
      await waitFor(() => ledger.newest(name) === sequence);

      assert.equal(ledger.balance().gaps, witness.ledger.count('reconnected'));
      await scene.client.close({ timeoutMs: 0 });
      await reading;
    });
  }
}
