/** The contract where connections are lost: every way in which that happens, and what readers are told. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { waitFor } from '@carillon/test-kit';
import type { ConnectionError } from '../../errors/connection-error.js';
import { ProtocolError } from '../../errors/protocol-error.js';
import type { Balance } from './ledger.test.support.js';
import { untilGivenUp, withOutputBuffer } from './output-buffer.test.support.js';
import { FORMS, moreOf, openScene, type Reader } from './scene.test.support.js';
import type { PubSubStage } from './stage.test.support.js';

/** Short, so that a gap begins shortly before the loss and most messages must lie outside of it. */
const MAX_IDLE_MS = 60;

const LARGE = 'x'.repeat(32_768);

/** Each loss is told by one gap. */
function assertGapPerLoss({ ledger }: Reader, { gaps }: Balance, losses: number): void {
  assert.equal(gaps, ledger.count('reconnected'), 'one gap for each time that it stood again');
  assert.ok(gaps >= losses, `${gaps} gaps for ${losses} losses`);
}

/** Registers the tests for one protocol. */
export function testConnectionLoss(stage: () => PubSubStage, protocol: 2 | 3): void {
  for (const { form, bytes, way } of FORMS) {
    test(`connections reset and closed during a flood of ${form} leave a gap each`, async () => {
      await using scene = await openScene(stage(), { protocol, bytes, maxIdleMs: MAX_IDLE_MS });
      const reader = await scene.reader({}, way);
      const flood = scene.publisher.flood(reader.channel);

      for (const fault of ['resetConnections', 'cut', 'resetConnections'] as const) {
        await moreOf(flood, 300);
        await scene.interrupt([reader], () => scene.onProxies((proxy) => proxy[fault]()));
      }
      await moreOf(flood, 300);
      await flood.stop();
      await scene.catchUp(reader);

      const balance = await reader.balance();
      assertGapPerLoss(reader, balance, 3);
      assert.equal(balance.dropped, 0);
    });
  }

  test('subscribers that nobody reads meanwhile find each gap in its place', async () => {
    await using scene = await openScene(stage(), { protocol, maxIdleMs: MAX_IDLE_MS });
    const sleeper = await scene.subscriber();
    const witness = await scene.reader();
    const flood = scene.publisher.flood(sleeper.channel, witness.channel);

    for (let round = 0; round < 3; round++) {
      await moreOf(flood, 200);
      await scene.interrupt([witness], () => scene.onProxies((proxy) => proxy.cut()));
    }
    await flood.stop();
    sleeper.read();
    await scene.catchUp(sleeper, witness);

    assertGapPerLoss(sleeper, await sleeper.balance(), 3);
    assertGapPerLoss(witness, await witness.balance(), 3);
  });

  for (const hole of ['set', 'toClient', 'toServer'] as const) {
    const where = { set: 'both ways', toClient: 'to the client', toServer: 'to the server' }[hole];
    test(`a black hole ${where} is noticed by the probe and told as a gap`, async () => {
      await using scene = await openScene(stage(), { protocol, maxIdleMs: MAX_IDLE_MS });
      const reader = await scene.reader();
      const { channel, ledger } = reader;
      for (let i = 0; i < 20; i++) await scene.publisher.publish(channel);

      await scene.onProxies((proxy) => {
        if (hole === 'set') proxy.set({ stall: true });
        else proxy[hole].set({ stall: true });
      });
      for (let i = 0; i < 20; i++) await scene.publisher.publish(channel);
      await waitFor(() => ledger.errors.length > 0, { deadlineMs: 2 * MAX_IDLE_MS + 1_000 });
      for (let i = 0; i < 20; i++) await scene.publisher.publish(channel);
      await scene.interrupt([reader], () => scene.onProxies((proxy) => proxy.heal()));
      await scene.catchUp(reader);

      assert.equal((ledger.errors[0] as ConnectionError).code, 'CONNECTION_SILENT');
      const balance = await reader.balance();
      assertGapPerLoss(reader, balance, 1);
      assert.ok(balance.missing >= 20);
    });
  }

  test('the most impatient subscriber decides when a shared connection is dead', async () => {
    await using scene = await openScene(stage(), { protocol });
    const patient = await scene.reader();
    const impatient = await scene.reader({ maxIdleMs: MAX_IDLE_MS });
    const flood = scene.publisher.flood(patient.channel, impatient.channel);

    await scene.onProxies((proxy) => proxy.set({ stall: true }));
    await waitFor(() => patient.ledger.errors.length > 0, { deadlineMs: 2 * MAX_IDLE_MS + 1_000 });
    await scene.interrupt([patient, impatient], () => scene.onProxies((proxy) => proxy.heal()));
    await flood.stop();
    await scene.catchUp(patient, impatient);

    assertGapPerLoss(patient, await patient.balance(), 1);
    assertGapPerLoss(impatient, await impatient.balance(), 1);
  });

  test('a server that is killed and started again during a flood leaves a gap', async () => {
    await using scene = await openScene(stage(), { protocol, maxIdleMs: MAX_IDLE_MS });
    const reader = await scene.reader();
    const flood = scene.publisher.flood(reader.channel);
    await moreOf(flood, 300);

    await scene.interrupt([reader], () =>
      scene.onServers(async (server) => {
        await server.kill();
        await server.restart();
      }),
    );
    await moreOf(flood, 300);
    await flood.stop();
    await scene.catchUp(reader);

    assertGapPerLoss(reader, await reader.balance(), 1);
  });

  test('a server that stands still for longer than maxIdleMs leaves a gap', async () => {
    await using scene = await openScene(stage(), { protocol, maxIdleMs: MAX_IDLE_MS });
    const reader = await scene.reader();
    const flood = scene.publisher.flood(reader.channel);
    await moreOf(flood, 100);

    await scene.onServers((server) => server.pause());
    try {
      await waitFor(() => reader.ledger.errors.length > 0);
    } finally {
      await scene.interrupt([reader], () => scene.onServers((server) => server.resume()));
    }
    await moreOf(flood, 100);
    await flood.stop();
    await scene.catchUp(reader);

    assertGapPerLoss(reader, await reader.balance(), 1);
  });

  test('CLIENT KILL again and again leaves a gap for each time that it stood again', async () => {
    await using scene = await openScene(stage(), { protocol, maxIdleMs: MAX_IDLE_MS });
    const reader = await scene.reader();
    const flood = scene.publisher.flood(reader.channel);
    const kill = () => scene.command('CLIENT', 'KILL', 'TYPE', 'pubsub');

    for (let round = 0; round < 4; round++) {
      await moreOf(flood, 100);
      await scene.interrupt([reader], kill);
    }
    for (let round = 0; round < 10; round++) await kill(); // also while it is being restored
    await flood.stop();
    await scene.catchUp(reader);

    assertGapPerLoss(reader, await reader.balance(), 5);
  });

  test('a reader that was too slow for the output buffer finds a gap behind what had come', async () => {
    await using scene = await openScene(stage(), { protocol, filler: LARGE });
    const reader = await scene.reader();
    const { channel } = reader;
    await scene.publisher.publish(channel);

    await withOutputBuffer(scene, async () => {
      await scene.onProxies((proxy) => proxy.toClient.set({ stall: true }));
      await untilGivenUp(scene, channel);
      await scene.interrupt([reader], () => scene.onProxies((proxy) => proxy.heal()));
    });
    await scene.catchUp(reader);

    const balance = await reader.balance();
    assert.equal(balance.gaps, 1);
    assert.ok(balance.missing > 0);
    assert.ok(balance.received > 10, 'what was under way came first');
  });

  test('bytes that are no RESP end the connection and leave a gap', async () => {
    await using scene = await openScene(stage(), { protocol });
    const reader = await scene.reader();
    const { channel, ledger } = reader;
    await scene.catchUp(reader);

    const inject = { afterBytes: 0, bytes: '?what\r\n' };
    await scene.onProxies((proxy) => proxy.toClient.set({ inject }));
    await waitFor(() => ledger.errors.length > 0);
    await scene.publisher.publish(channel);
    await scene.interrupt([reader], () => scene.onProxies((proxy) => proxy.heal()));
    await scene.catchUp(reader);

    const [error] = ledger.errors;
    assert.ok(error instanceof ProtocolError || error?.cause instanceof ProtocolError);
    const balance = await reader.balance();
    assert.equal(balance.gaps, 1);
    assert.equal(balance.missing, 1);
  });
}
