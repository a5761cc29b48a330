/** The contract where names come and go while connections do: who stands, who is told what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '@carillon/test-kit';
import { TimeoutError } from '../../errors/connection-error.js';
import { AuthError } from '../../errors/reply-error.js';
import { Ledger } from './ledger.test.support.js';
import { moreOf, newChannel, openScene, type Reader, type Scene } from './scene.test.support.js';
import { GUEST, GUEST_CHANNELS, type PubSubKind, type PubSubStage } from './stage.test.support.js';

/** Registers the tests for one protocol. */
export function testSubscribing(
  stage: () => PubSubStage,
  protocol: 2 | 3,
  { hasPatterns }: PubSubKind,
): void {
  test('a reset between SUBSCRIBE and its acknowledgement is mended by the reconnect', async () => {
    await using scene = await openScene(stage(), { protocol });
    const reader = await scene.reader();
    const channel = newChannel();

    await scene.onProxies((proxy) => proxy.toClient.set({ stall: true }));
    const joining = reader.join(channel);
    await waitFor(async () => (await scene.stage.subscriptions(channel)) === 1);
    await scene.interrupt([reader], () =>
      scene.onProxies((proxy) => {
        proxy.resetConnections();
        return proxy.heal();
      }),
    );
    await joining;
    for (let i = 0; i < 100; i++) await scene.publisher.publish(channel);
    await scene.catchUp(reader);

    const { missing, gaps } = await reader.balance();
    assert.deepEqual({ missing, gaps }, { missing: 0, gaps: 1 }, 'the other name was interrupted');
  });

  test('a reset between SUBSCRIBE and its acknowledgement is told when nothing mends it in time', async () => {
    await using scene = await openScene(stage(), { protocol });
    const reader = await scene.reader({ subscriptionTimeoutMs: 200 });
    const channel = newChannel();

    await scene.onProxies((proxy) => proxy.toClient.set({ stall: true }));
    const isRejected = assert.rejects(reader.join(channel), TimeoutError);
    await waitFor(async () => (await scene.stage.subscriptions(channel)) === 1);
    await scene.onProxies(async (proxy) => {
      await proxy.admit('refuse');
      proxy.resetConnections();
    });
    await isRejected;
    assert.deepEqual(reader.pubsub.channels, [reader.channel]);

    await scene.interrupt([reader], () => scene.onProxies((proxy) => proxy.heal()));
    await scene.catchUp(reader);
    await waitFor(async () => (await scene.stage.subscriptions(channel)) === 0);
    assert.equal((await reader.balance()).gaps, 1);
  });

  test('the very first acknowledgement may be cut in the middle', async () => {
    await using scene = await openScene(stage(), { protocol });
    const ackEndsAt = await bytesOfFirstSubscription(scene);
    await using other = await openScene(stage(), { protocol });
    const reader = other.idler();
    reader.read();

    const inTheAck = { resetAfterBytes: ackEndsAt - 5 };
    await other.onProxies((proxy) => proxy.toClient.set(inTheAck));
    const joining = reader.join(newChannel());
    await waitFor(() => reader.ledger.errors.length > 1);
    assert.equal(reader.pubsub.subscribed, true, 'it is still wanted');
    await other.onProxies((proxy) => proxy.heal());
    await joining;
    await other.catchUp(reader);

    const { missing, gaps } = await reader.balance();
    assert.deepEqual({ missing, gaps }, { missing: 0, gaps: 0 }, 'it had not stood before');
  });

  test('a first acknowledgement that is cut each time rejects in time, and nothing remains', async () => {
    await using scene = await openScene(stage(), { protocol });
    const ackEndsAt = await bytesOfFirstSubscription(scene);
    await using other = await openScene(stage(), { protocol });
    const reader = other.idler({ subscriptionTimeoutMs: 100 });
    const channel = newChannel();

    const inTheAck = { resetAfterBytes: ackEndsAt - 5 };
    await other.onProxies((proxy) => proxy.toClient.set(inTheAck));
    await assert.rejects(reader.join(channel), TimeoutError);
    assert.equal(reader.pubsub.subscribed, false);
    await other.onProxies((proxy) => proxy.heal());
    await reader.join(newChannel());
    reader.read();
    await other.catchUp(reader);

    await waitFor(async () => (await other.stage.subscriptions(channel)) === 0);
    assert.equal((await reader.balance()).gaps, 0);
  });

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
    const late = scene.idler();
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
      await changing.leave(channel);
      if (round % 3 === 0) {
        await scene.interrupt([steady, changing], () => scene.onProxies((proxy) => proxy.cut()));
      }
      await changing.join(channel);
    }
    await flood.stop();
    await scene.catchUp(steady, changing);

    await steady.balance();
    await changing.balance();
  });

  if (hasPatterns) {
    test('a channel and patterns that match it are told of a loss in one gap, and complete each', async () => {
      await using scene = await openScene(stage(), { protocol, maxIdleMs: 60 });
      const reader = await scene.reader();
      const other = newChannel();
      await reader.joinPattern(`${reader.channel}*`, [reader.channel]);
      await reader.joinPattern(other, [other]);
      const flood = scene.publisher.flood(reader.channel, other);

      for (let round = 0; round < 3; round++) {
        await moreOf(flood, 100);
        await scene.interrupt([reader], () => scene.onProxies((proxy) => proxy.cut()));
      }
      await flood.stop();
      await scene.catchUp(reader);

      const { gaps } = await reader.balance();
      assert.equal(gaps, reader.ledger.count('reconnected'));
    });

    test('a connection lost between the acknowledgements of two kinds leaves one gap for all', async () => {
      await using measured = await openScene(stage(), { protocol });
      const ackEndsAt = await bytesOfFirstSubscription(measured, newChannel());
      await using scene = await openScene(stage(), { protocol });
      const reader = await scene.reader();
      await reader.joinPattern(`${reader.channel}*`, [reader.channel]);
      await scene.catchUp(reader);

      await interruptRestoring(scene, reader, ackEndsAt - 5);
      await scene.catchUp(reader);

      const { gaps, missing } = await reader.balance();
      assert.equal(gaps, 1);
      assert.ok(missing > 0);
    });
  }

  test('connections that are lost while names are being restored leave one gap together', async () => {
    await using measured = await openScene(stage(), { protocol });
    const ackEndsAt = await bytesOfFirstSubscription(measured);
    await using scene = await openScene(stage(), { protocol });
    const reader = await scene.reader();
    await scene.catchUp(reader);

    await interruptRestoring(scene, reader, ackEndsAt - 5);
    await scene.catchUp(reader);

    assert.equal((await reader.balance()).gaps, 1);
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
      await scene.onProxies((proxy) => proxy.cut());
      await assert.rejects(reader.ended(), AuthError);
      reader.read();
      await waitFor(() => reader.ledger.count('reconnected') === 1);
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

  test('the gap of a name that stands again later goes to its own handler alone', async () => {
    await using scene = await openScene(stage(), { protocol, asGuest: true });
    const { publisher } = scene;
    const loop = scene.idler();
    loop.read();
    const [kept, taken] = [newChannel(), newChannel()];
    const ledgers = { kept: new Ledger(publisher), taken: new Ledger(publisher) };
    await loop.pubsub.subscribe({
      [kept]: (item) => ledgers.kept.take(item),
      [taken]: (item) => ledgers.taken.take(item),
    });
    ledgers.kept.stands(kept);
    ledgers.taken.stands(taken);
    const bothCame = async (): Promise<void> => {
      const { sequence: one } = await publisher.publish(kept);
      const { sequence: two } = await publisher.publish(taken);
      await waitFor(() => ledgers.kept.newest(kept) === one && ledgers.taken.newest(taken) === two);
    };
    await bothCame();

    await withOnly(scene, kept, async () => {
      await scene.onProxies((proxy) => proxy.cut());
      await assert.rejects(loop.ended(), AuthError);
      loop.read();
      await waitFor(() => loop.ledger.count('reconnected') === 1);
      for (let i = 0; i < 20; i++) await publisher.publish(taken);
    });
    await loop.pubsub.subscribe({ [taken]: (item) => ledgers.taken.take(item) });
    await bothCame();

    const { missing, gaps } = ledgers.taken.balance();
    assert.equal(missing, 20);
    assert.ok(gaps > 0);
    assert.equal(ledgers.kept.balance().gaps, 1);
  });
}

/**
 * How many bytes a client gets until its first subscription stands: greetings and acknowledgements.
 *
 * @param pattern - Subscribes to this pattern, too.
 */
async function bytesOfFirstSubscription(scene: Scene, pattern?: string): Promise<number> {
  const before = scene.bytesToClients;
  const reader = await scene.subscriber();
  if (pattern !== undefined) await reader.joinPattern(`${pattern}*`, []);
  return scene.bytesToClients - before;
}

/** Loses the connection during a flood, and each one after it as soon as it brought so many bytes. */
async function interruptRestoring(scene: Scene, reader: Reader, bytes: number): Promise<void> {
  const flood = scene.publisher.flood(reader.channel);
  await moreOf(flood, 100);
  await scene.onProxies((proxy) => {
    proxy.cut();
    proxy.toClient.set({ resetAfterBytes: bytes });
  });
  await waitFor(() => reader.ledger.errors.length > 3);
  await scene.interrupt([reader], () => scene.onProxies((proxy) => proxy.heal()));
  await flood.stop();
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
