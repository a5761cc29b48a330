/** The contract where names come and go while connections do: who stands, who is told what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '@carillon/test-kit';
import { TimeoutError } from '../../errors/connection-error.js';
import { AuthError } from '../../errors/reply-error.js';
import { newChannel, openScene, Reader, type Scene } from './scene.test.support.js';
import { GUEST, GUEST_CHANNELS, type PubSubStage } from './stage.test.support.js';

/** Registers the tests for one protocol. */
export function testSubscribing(stage: () => PubSubStage, protocol: 2 | 3): void {
  for (const isFirst of [true, false]) {
    const which = isFirst ? 'the first SUBSCRIBE' : 'a SUBSCRIBE beside others';
    test(`a reset between ${which} and its acknowledgement is mended by the reconnect`, async () => {
      await using scene = await openScene(stage(), { protocol });
      const reader = new Reader(scene.publisher, scene.create({ subscriptionTimeoutMs: 5_000 }));
      if (!isFirst) await reader.join(newChannel());
      reader.read();
      const channel = newChannel();

      const joining = joinUnheard(scene, reader, channel);
      await waitFor(async () => (await scene.stage.subscriptions(channel)) === 1);
      await scene.onProxies((proxy) => {
        proxy.resetConnections();
        proxy.toClient.clear();
      });
      await joining;
      for (let i = 0; i < 100; i++) await scene.publisher.publish(channel);
      await scene.catchUp(reader);

      assert.equal((await reader.balance()).missing, 0);
    });

    test(`a reset between ${which} and its acknowledgement is told when nothing mends it`, async () => {
      await using scene = await openScene(stage(), { protocol });
      const reader = new Reader(scene.publisher, scene.create({ subscriptionTimeoutMs: 200 }));
      if (!isFirst) await reader.join(newChannel());
      reader.read();
      const channel = newChannel();

      const joining = joinUnheard(scene, reader, channel);
      const isRefused = assert.rejects(joining, TimeoutError);
      await waitFor(async () => (await scene.stage.subscriptions(channel)) === 1);
      await scene.onProxies(async (proxy) => {
        await proxy.admit('refuse');
        proxy.resetConnections();
      });
      await isRefused;
      assert.ok(!reader.pubsub.channels.includes(channel));
      await scene.onProxies((proxy) => proxy.heal());

      await reader.join(newChannel()); // it works as before
      await scene.catchUp(reader);
      await waitFor(async () => (await scene.stage.subscriptions(channel)) === 0);
      await reader.balance();
    });
  }

  test('subscribers that share a connection are told of its loss each, one who joins then is not', async () => {
    await using scene = await openScene(stage(), { protocol });
    const [one, two] = [await scene.reader(), await scene.reader()];
    await two.join(one.channel);
    const flood = scene.publisher.flood(one.channel, two.channel);

    await scene.onProxies(async (proxy) => {
      await proxy.admit('refuse');
      proxy.cut();
    });
    await waitFor(() => one.ledger.errors.length > 0 && two.ledger.errors.length > 0);
    const late = new Reader(scene.publisher, scene.create({ subscriptionTimeoutMs: 5_000 }));
    late.read();
    const joining = late.join(one.channel, newChannel());
    await scene.interrupt([one, two], () => scene.onProxies((proxy) => proxy.heal()));
    await joining;
    await flood.stop();
    await scene.catchUp(one, two, late);

    assert.equal((await one.balance()).gaps, 1);
    assert.equal((await two.balance()).gaps, 1);
    assert.deepEqual(
      { ...(await late.balance()), received: 0 },
      { received: 0, missing: 0, gaps: 0, dropped: 0 },
    );
  });

  test('names that are left and wanted again during a flood come exactly as long as they stand', async () => {
    await using scene = await openScene(stage(), { protocol, maxIdleMs: 60 });
    const [steady, changing] = [await scene.reader(), await scene.reader()];
    const { channel } = steady;
    await changing.join(channel);
    const flood = scene.publisher.flood(channel, changing.channel);

    for (let round = 0; round < 10; round++) {
      changing.ledger.leaves(channel);
      await changing.pubsub.unsubscribe(channel);
      if (round % 3 === 0) {
        await scene.interrupt([steady, changing], () => scene.onProxies((proxy) => proxy.cut()));
      }
      await changing.pubsub.subscribe(channel);
      changing.ledger.stands(channel);
    }
    await flood.stop();
    await scene.catchUp(steady, changing);

    await steady.balance();
    await changing.balance();
  });

  test('a name refused after a reconnect is told as refused, and one gap covers it when it stands again', async () => {
    await using scene = await openScene(stage(), { protocol, asGuest: true });
    const refused = await scene.reader();
    const allowed = await scene.reader();
    const { channel } = refused;
    await scene.catchUp(refused, allowed);

    await withOnly(scene, allowed.channel, async () => {
      await scene.interrupt([allowed], () => scene.onProxies((proxy) => proxy.cut()));
      await assert.rejects(refused.ended(), AuthError);
      refused.read();
      for (let i = 0; i < 20; i++) await scene.publisher.publish(channel);
      assert.equal(refused.ledger.count('gap'), 0, 'it has no end yet');
    });
    await refused.pubsub.subscribe(channel);
    await scene.catchUp(refused, allowed);

    const balance = await refused.balance();
    assert.equal(balance.gaps, 1);
    assert.equal(balance.missing, 20);
    assert.equal((await allowed.balance()).gaps, 1);
  });

  test('of names that are refused in part, those that stand are told one gap, and the other one more later', async () => {
    await using scene = await openScene(stage(), { protocol, asGuest: true });
    const reader = await scene.reader();
    const [kept, taken] = [reader.channel, newChannel()];
    await reader.join(taken);
    await scene.catchUp(reader);

    await withOnly(scene, kept, async () => {
      await scene.interrupt([reader], () => scene.onProxies((proxy) => proxy.cut()));
      await assert.rejects(reader.ended(), AuthError);
      reader.read();
      assert.equal(reader.ledger.count('gap'), 1);
      const flood = scene.publisher.flood(kept, taken);
      await waitFor(() => flood.count >= 20);
      await flood.stop();
      await waitFor(() => reader.ledger.newest(kept) === newestOf(scene, kept));
      assert.equal(reader.ledger.count('gap'), 1, 'what stands is complete');
    });
    await reader.pubsub.subscribe(taken);
    await scene.catchUp(reader);

    const balance = await reader.balance();
    assert.equal(balance.gaps, 2);
    assert.equal(balance.missing, newestOf(scene, taken) - reader.ledger.countOf(taken) + 1);
    const [first, second] = reader.ledger.gaps;
    assert.ok(first && second && second.since <= first.until && second.until > first.until);
  });
}

/** Subscribes; the acknowledgement is held back. */
function joinUnheard(scene: Scene, reader: Reader, channel: string): Promise<void> {
  void scene.onProxies((proxy) => proxy.toClient.set({ stall: true }));
  return reader.join(channel);
}

function newestOf(scene: Scene, channel: string): number {
  return scene.publisher.sentTo(channel).length - 1;
}

/** Lets the guest have only one channel meanwhile. */
async function withOnly(scene: Scene, channel: string, act: () => Promise<void>): Promise<void> {
  await scene.command('ACL', 'SETUSER', GUEST, 'resetchannels', `&${channel}`);
  try {
    await act();
  } finally {
    await scene.command('ACL', 'SETUSER', GUEST, ...GUEST_CHANNELS);
  }
}
