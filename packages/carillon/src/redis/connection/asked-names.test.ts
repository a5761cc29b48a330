/** Replies stay paired when a server ends shard subscriptions while SUNSUBSCRIBE is on its way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startServer, type TestServer, waitFor } from '@carillon/test-kit';
import fc from 'fast-check';
import { createConnection } from '../client/create-connection.js';
import { Command } from '../commands/command.js';
import { specOfCall } from '../commands/command-facts.js';
import { ReplyError } from '../errors/reply-error.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import { writtenNames } from './asked-names.js';
import { ReplyQueue } from './reply-queue.js';
import { Resp2Pushes } from './resp2-pushes.js';
import { readAck } from './subscription-acks.js';

const PROTOCOLS = [2, 3] as const;

interface Frame {
  readonly isPush: boolean;
  readonly value: Reply;
}

/** A cluster node, as far as one connection with shard channels of one slot sees it. */
class ModelNode {
  #ownsSlot = true;
  readonly #channels = new Set<string>();

  /** The slot leaves, and the subscriptions in it end; or it comes back. */
  move(): Frame[] {
    this.#ownsSlot = !this.#ownsSlot;
    return this.#ownsSlot ? [] : this.#end([...this.#channels]);
  }

  answer(name: string, args: readonly Argument[]): Frame[] {
    if (name === 'ECHO') return [{ isPush: false, value: args[0] as string }];
    if (args.length > 0 && !this.#ownsSlot) {
      return [{ isPush: false, value: new ReplyError('MOVED 1 127.0.0.1:1') }];
    }
    if (name === 'SUNSUBSCRIBE') {
      const names = args.length > 0 ? (args as string[]) : [...this.#channels];
      return names.length > 0 ? this.#end(names) : [this.#push('sunsubscribe', null)];
    }
    return (args as string[]).map((channel) => {
      this.#channels.add(channel);
      return this.#push('ssubscribe', channel);
    });
  }

  #end(names: readonly string[]): Frame[] {
    return names.map((name) => {
      this.#channels.delete(name);
      return this.#push('sunsubscribe', name);
    });
  }

  #push(kind: string, name: string | null): Frame {
    return { isPush: true, value: [kind, name, this.#channels.size] };
  }
}

const names = fc.array(fc.constantFrom('a', 'b', 'c'), { minLength: 1, maxLength: 4 });
const steps = fc.oneof(
  { arbitrary: fc.constant('move' as const), weight: 3 },
  { arbitrary: fc.nat({ max: 9 }).map((n) => ['ECHO', String(n)]), weight: 1 },
  { arbitrary: names.map((each) => ['SSUBSCRIBE', ...each]), weight: 3 },
  { arbitrary: names.map((each) => ['SUNSUBSCRIBE', ...each]), weight: 3 },
  { arbitrary: fc.constant<string[]>(['SUNSUBSCRIBE']), weight: 1 },
);

/** What a command came to: the names that were acknowledged, the reply, or the code of the error. */
async function outcomeOf(reply: Promise<unknown>): Promise<unknown> {
  try {
    const value = await reply;
    return Array.isArray(value) ? value.map(([, name]: unknown[]) => name) : value;
  } catch (error) {
    return (error as ReplyError).code;
  }
}

for (const protocol of PROTOCOLS) {
  test(`however a slot leaves and returns, every command gets its own answer, under RESP${protocol}`, async () => {
    const check = async (
      moves: readonly ('move' | string[])[],
      isPipelined: boolean,
    ): Promise<void> => {
      const replies = new ReplyQueue('test');
      const pushes = new Resp2Pushes(replies);
      const node = new ModelNode();
      const outcomes: Promise<unknown>[] = [];
      const commands = moves.map((step) => {
        if (step === 'move') return undefined;
        const [name = '', ...args] = step;
        return new Command(specOfCall([name, ...args], 0), args) as Command;
      });
      const write = (command: Command): void => {
        outcomes.push(outcomeOf(command.start()));
        replies.push(command);
      };
      if (isPipelined) for (const command of commands) if (command) write(command);

      const expected: unknown[] = [];
      for (const command of commands) {
        if (command !== undefined && !isPipelined) write(command);
        const frames =
          command === undefined
            ? node.move()
            : node.answer(command.spec.name, writtenNames(command));
        for (const { isPush, value } of frames) {
          if (protocol === 2) assert.equal(pushes.isPush(value), isPush);
          if (!isPush) replies.settleNext(value);
          else replies.acknowledge(readAck(value as Reply[]) ?? assert.fail(), value as Reply[]);
        }
        if (command === undefined) continue;
        const [first] = frames;
        if (first?.value instanceof ReplyError) expected.push('MOVED');
        else if (first?.isPush === false) expected.push(first.value);
        else expected.push(command.args);
      }

      assert.equal(replies.length, 0);
      const actual = await Promise.all(outcomes);
      // Without names, it is up to the server which ones are told as its own doing.
      assert.deepEqual(
        actual.map((outcome, i) => ((expected[i] as string[]).length === 0 ? [] : outcome)),
        expected,
      );
    };
    await fc.assert(fc.asyncProperty(fc.array(steps, { maxLength: 30 }), fc.boolean(), check), {
      numRuns: 1_000,
    });
  });
}

async function startNode(): Promise<TestServer> {
  const config = { 'cluster-enabled': 'yes', 'cluster-require-full-coverage': 'no' };
  const node = await startServer({ config });
  await node.command('CLUSTER', 'ADDSLOTSRANGE', '0', '16383');
  await waitFor(async () => (await node.command('CLUSTER', 'INFO')).includes('cluster_state:ok'));
  return node;
}

for (const protocol of PROTOCOLS) {
  test(`a slot that leaves before SUNSUBSCRIBE comes breaks no pairing, under RESP${protocol}`, async () => {
    await using node = await startNode();
    await using connection = await createConnection(node.url, { protocol });
    const names = ['{s}1', '{s}2'];
    const slot = await node.command('CLUSTER', 'KEYSLOT', 's');
    /** What SUNSUBSCRIBE comes to when the slot leaves while it is on its way. */
    const leave = async (asked: string[], comesBack: boolean): Promise<unknown> => {
      await connection.execute('SSUBSCRIBE', ...names);
      connection.pause();
      await node.command('CLUSTER', 'DELSLOTS', slot);
      if (comesBack) await node.command('CLUSTER', 'ADDSLOTS', slot);
      const outcome = outcomeOf(connection.execute('SUNSUBSCRIBE', ...asked));
      const echoes = ['one', 'two'].map((text) => connection.execute('PING', text));
      connection.resume();

      assert.deepEqual(await Promise.all(echoes), ['one', 'two']);
      assert.equal(connection.inPubSub, 0);
      if (!comesBack) await node.command('CLUSTER', 'ADDSLOTS', slot);
      return outcome;
    };

    assert.equal(await leave(names, false), 'CLUSTERDOWN');
    assert.deepEqual(await leave(names, true), names);
    assert.deepEqual(((await leave([], false)) as string[]).sort(), names);
  });
}

for (const protocol of PROTOCOLS) {
  test(`a name's buffer may be used again once its command was called, under RESP${protocol}`, async () => {
    await using server = await startServer();
    await using connection = await createConnection(server.url, { protocol });
    for (const verb of ['SUBSCRIBE', 'PSUBSCRIBE', 'SSUBSCRIBE', 'UNSUBSCRIBE', 'SUNSUBSCRIBE']) {
      const given = [Buffer.from('name'), Buffer.of(0xff, 0xfe)];
      const copies = given.map((name) => Buffer.from(name));
      const acks = connection.call([verb, ...given], { encoding: null });
      for (const name of given) name.fill('x');

      const named = ((await acks) as Reply[][]).map(([, name]) => name);
      assert.deepEqual(named, copies);
    }
  });
}

test('a name may be a number, as any argument', async () => {
  await using server = await startServer();
  await using connection = await createConnection(server.url);

  assert.deepEqual(await connection.execute('SUBSCRIBE', 1, -0, 2n, Number.POSITIVE_INFINITY), [
    ['subscribe', '1', 1],
    ['subscribe', '0', 2],
    ['subscribe', '2', 3],
    ['subscribe', 'inf', 4],
  ]);
});

test('SUNSUBSCRIBE is acknowledged once for each name, also for one that was given twice', async () => {
  await using server = await startServer();
  await using connection = await createConnection(server.url);
  await connection.execute('SSUBSCRIBE', 'a', 'b');

  assert.deepEqual(await connection.execute('SUNSUBSCRIBE', 'b', 'a', 'a', 'other'), [
    ['sunsubscribe', 'b', 1],
    ['sunsubscribe', 'a', 0],
    ['sunsubscribe', 'a', 0],
    ['sunsubscribe', 'other', 0],
  ]);
});
