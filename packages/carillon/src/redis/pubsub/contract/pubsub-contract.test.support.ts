/**
 * The contract of subscribers: every message is received once and in order, or lies in a gap that was
 * told, whatever happens to connections, servers, buffers and permissions.
 *
 * One suite for every kind of pub/sub; what differs between them is in `PubSubKind`.
 */
import { after, before, describe } from 'node:test';
import { testConnectionLoss } from './connection-loss.test.support.js';
import { testOverflow } from './overflow.test.support.js';
import { testRandomFaults } from './random-faults.test.support.js';
import { FORMS } from './scene.test.support.js';
import { testFloods, testSlowReaders } from './slow-readers.test.support.js';
import type { PubSubKind, PubSubStage } from './stage.test.support.js';
import { testSubscribing } from './subscribing.test.support.js';
import { testWaysToRead } from './ways-to-read.test.support.js';

/** Registers all everyday tests of the contract for one kind, under both protocols. */
export function testPubSubContract(kind: PubSubKind): void {
  underBothProtocols(kind, (stage, protocol) => {
    testConnectionLoss(stage, protocol);
    testFloods(stage, protocol, { forms: FORMS.slice(0, 2), messages: 100_000 });
    testSlowReaders(stage, protocol);
    testOverflow(stage, protocol);
    testWaysToRead(stage, protocol, kind);
    testSubscribing(stage, protocol, kind);
    testRandomFaults(stage, protocol, { seeds: [protocol], turns: 60 });
  });
}

/** Registers the long tests of the contract for one kind, under both protocols. */
export function testPubSubContractAtLength(kind: PubSubKind): void {
  underBothProtocols(kind, (stage, protocol) => {
    const seeds = Array.from({ length: 12 }, (_, index) => 100 * protocol + index);
    testRandomFaults(stage, protocol, { seeds, turns: 250 });
    testFloods(stage, protocol, { forms: FORMS, messages: 500_000 });
  });
}

function underBothProtocols(
  kind: PubSubKind,
  register: (stage: () => PubSubStage, protocol: 2 | 3) => void,
): void {
  let stage: PubSubStage | undefined;
  const running = (): PubSubStage => stage as PubSubStage;
  for (const protocol of [2, 3] as const) {
    describe(`${kind.name} under RESP${protocol}`, () => {
      before(async () => {
        stage = await kind.start();
      });
      after(() => stage?.[Symbol.asyncDispose]());

      register(running, protocol);
    });
  }
}
