/** The contract of what subscribers may choose where more comes than they read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '@carillon/test-kit';
import { BufferFullError } from '../../errors/composite-errors.js';
import { untilGivenUp, withOutputBuffer } from './output-buffer.test.support.js';
import { newChannel, openScene } from './scene.test.support.js';
import type { PubSubStage } from './stage.test.support.js';

const MAX_IDLE_MS = 60;

/** For tests in which no loss at all may be told: a busy machine answers a probe in time. */
const PATIENT_MS = 200;

const LARGE = 'x'.repeat(32_768);

/** Registers the tests for one protocol. */
export function testOverflow(stage: () => PubSubStage, protocol: 2 | 3): void {
  test('drop-newest keeps what came first, and gaps stand where the rest was dropped', async () => {
    await using scene = await openScene(stage(), { protocol });
    const sleeper = await scene.subscriber({ maxMessages: 10, overflow: 'drop-newest' });
    const { pubsub, ledger, channel } = sleeper;

    await scene.publisher.publishAll(channel, 25);
    await waitFor(() => pubsub.dropped === 15);
    await sleeper.take(5);
    assert.equal(ledger.newest(channel), 4);
    await scene.publisher.publishAll(channel, 8);
    await waitFor(() => pubsub.dropped === 18);
    sleeper.read();
    await scene.catchUp(sleeper);

    assert.deepEqual(await sleeper.balance(), { received: 16, missing: 18, gaps: 2, dropped: 18 });
  });

  test('a bound in bytes drops as many messages as it must, and counts them', async () => {
    await using scene = await openScene(stage(), { protocol, filler: 'x'.repeat(1_000) });
    const sleeper = await scene.subscriber({ maxBytes: 10_000 });
    const { pubsub, channel } = sleeper;

    await scene.publisher.publishAll(channel, 25);
    const size = (scene.publisher.sentTo(channel).at(-1)?.data.length as number) + 1;
    const kept = Math.floor(10_000 / size);
    await waitFor(() => pubsub.dropped === 25 - kept);
    sleeper.read();
    await scene.catchUp(sleeper);

    const dropped = 25 - kept;
    assert.deepEqual(await sleeper.balance(), {
      received: kept + 1,
      missing: dropped,
      gaps: 1,
      dropped,
    });
  });

  test('a subscriber that ends at an overflow gives what it has, the gap, and the error', async () => {
    await using scene = await openScene(stage(), { protocol });
    const witness = await scene.reader();
    const sleeper = await scene.subscriber({ maxMessages: 10, overflow: 'error' });
    const { channel } = sleeper;
    await witness.join(channel);

    await scene.publisher.publishAll(channel, 25);
    await scene.catchUp(witness);
    sleeper.read();
    await assert.rejects(sleeper.ended(), BufferFullError);

    assert.equal(sleeper.pubsub.subscribed, false);
    assert.deepEqual(sleeper.ledger.balance(), { received: 10, missing: 0, gaps: 1, dropped: 1 });
    assert.equal((await witness.balance()).missing, 0);
    await waitFor(async () => (await scene.stage.subscriptions(channel)) === 0);
  });

  for (const kind of ['loop', 'handler'] as const) {
    test(`a ${kind} that makes its connection wait loses nothing, and is not taken for dead`, async () => {
      await using scene = await openScene(stage(), { protocol, maxIdleMs: PATIENT_MS });
      let goOn: () => void = () => {};
      const isFree = new Promise<void>((resolve) => {
        goOn = resolve;
      });
      const way = kind === 'loop' ? kind : () => isFree;
      const reader = await scene.subscriber({ maxMessages: 10, overflow: 'pause' }, way);
      const { pubsub, ledger, channel } = reader;
      const errors: Error[] = [];
      pubsub.on('disconnect', (error) => errors.push(error));

      const startedAt = Date.now();
      for (let round = 0; round < 10; round++) await scene.publisher.publishAll(channel, 2_000);
      await waitFor(() => Date.now() > startedAt + 2.5 * PATIENT_MS);
      assert.deepEqual(errors, []);
      reader.read();
      goOn();
      await scene.catchUp(reader);

      const { missing, gaps } = ledger.balance();
      assert.deepEqual(
        { missing, gaps, dropped: pubsub.dropped },
        { missing: 0, gaps: 0, dropped: 0 },
      );
    });
  }

  test('a connection that waits too long for the server leaves a gap, and others of the client none', async () => {
    await using scene = await openScene(stage(), { protocol, filler: LARGE });
    const sleeper = await scene.subscriber({ maxMessages: 10, overflow: 'pause' });
    const witness = await scene.reader();

    await withOutputBuffer(scene, async () => {
      await untilGivenUp(scene, sleeper.channel);
      sleeper.read();
      await waitFor(() => sleeper.ledger.count('reconnected') > 0);
    });
    await scene.catchUp(sleeper, witness);

    const { missing, gaps, dropped } = await sleeper.balance();
    assert.ok(missing > 0);
    assert.deepEqual({ gaps, dropped }, { gaps: 1, dropped: 0 });
    assert.equal((await witness.balance()).gaps, 0);
  });

  test('a connection that is lost while it waits is followed by one that waits', async () => {
    await using scene = await openScene(stage(), { protocol, filler: LARGE });
    const sleeper = await scene.subscriber({ maxMessages: 10, overflow: 'pause' });
    const witness = await scene.reader();
    const { pubsub, channel } = sleeper;
    await witness.join(channel);
    const errors: Error[] = [];
    pubsub.on('disconnect', (error) => errors.push(error));
    await scene.publisher.publishAll(channel, 20);
    await scene.catchUp(witness);

    await scene.interrupt([witness], () => scene.onProxies((proxy) => proxy.resetConnections()));
    // Nobody reads its socket: only who writes learns that it is gone.
    pubsub.subscribe(newChannel()).catch(() => {});
    await waitFor(() => errors.length > 0);
    await waitFor(async () => (await scene.stage.subscriptions(channel)) === 2);
    const before = scene.bytesToClients;
    for (let i = 0; i < 800; i++) await scene.publisher.publish(channel);
    await scene.catchUp(witness);

    const whole = 800 * LARGE.length; // and so much of it the witness got
    const sent = scene.bytesToClients - before - whole;
    assert.ok(sent < whole / 2, `${sent} bytes of ${whole} were read, or lie in the kernel`);
    sleeper.read();
    await scene.catchUp(sleeper, witness);
    assert.deepEqual(
      { ...(await sleeper.balance()), received: 0, missing: 0 },
      {
        received: 0,
        missing: 0,
        gaps: 1,
        dropped: 0,
      },
    );
    await witness.balance();
  });

  test('a subscriber with a connection of its own is told of its loss, too, and closes it', async () => {
    await using scene = await openScene(stage(), { protocol, maxIdleMs: MAX_IDLE_MS });
    const shared = await scene.reader();
    const own = await scene.reader({ dedicated: true });
    const { channel } = shared;
    await own.join(channel);
    assert.equal(await scene.stage.subscriptions(channel), 2);
    const flood = scene.publisher.flood(channel, own.channel);

    for (let round = 0; round < 3; round++) {
      const goal = flood.count + 100;
      await waitFor(() => flood.count >= goal);
      await scene.interrupt([shared, own], () => scene.onProxies((proxy) => proxy.cut()));
    }
    await flood.stop();
    await scene.catchUp(shared, own);

    for (const reader of [shared, own]) {
      const { gaps } = await reader.balance();
      assert.equal(gaps, reader.ledger.count('reconnected'));
    }
    await waitFor(async () => (await scene.stage.subscriptions(channel)) === 0);
  });
}
