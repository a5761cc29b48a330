/**
 * `executePubSub` against a model, on a real server that refuses one of the names: whatever was asked for
 * in one tick, each name's messages go to whom the server's answers say, and to nobody else.
 */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import fc from 'fast-check';
import { createConnection } from '../client/create-connection.js';
import { type AbstractChannel, inletOf } from './abstract-channel.js';
import { Channel } from './channel.js';
import type { Connection } from './connection.js';
import { Receiver } from './receiver.js';
import { Sender } from './sender.js';

const NAMES = ['a', 'b', 'refused'] as const;
type Name = (typeof NAMES)[number];

/** How a name is asked for: by itself, with a new channel or sender, or with one that was given before. */
type Manner = 'name' | 'channel' | 'sender' | 'given';

type Step =
  | { readonly do: 'subscribe'; readonly wishes: readonly (readonly [Name, Manner])[] }
  | { readonly do: 'unsubscribe'; readonly names: readonly Name[] }
  | { readonly do: 'raw'; readonly verb: string; readonly names: readonly Name[] }
  | { readonly do: 'stop'; readonly name: Name }
  | { readonly do: 'wait' };

const aName = fc.constantFrom(...NAMES);
const someNames = fc.array(aName, { minLength: 1, maxLength: 2 });
const aWish = fc.tuple(aName, fc.constantFrom<Manner>('name', 'channel', 'sender', 'given'));
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('subscribe' as const),
      wishes: fc.array(aWish, { minLength: 1, maxLength: 2 }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('unsubscribe' as const), names: someNames }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('raw' as const),
      verb: fc.constantFrom('SUBSCRIBE', 'UNSUBSCRIBE'),
      names: someNames,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('stop' as const), name: aName }) },
  { weight: 1, arbitrary: fc.constant({ do: 'wait' as const }) },
);

/** A call and what it would do; names without a channel may have any. */
interface Call {
  readonly wishes: ReadonlyMap<Name, AbstractChannel | undefined>;
  readonly adds: boolean;
  readonly isDone: Promise<boolean>;
}

let server: TestServer;
before(async () => {
  server = await startServer({
    users: { ann: { password: 'pw', rules: ['+@all', '~*', 'resetchannels', '&a', '&b'] } },
  });
});
after(() => server[Symbol.asyncDispose]());

/** Somebody who subscribes, and remembers what was given for it. */
class Subscriber {
  readonly calls: Call[] = [];
  readonly given: AbstractChannel[] = [];
  readonly #connection: Connection;
  /** Where the messages of a sender are read, which serves no other one. */
  readonly #receivers = new Map<AbstractChannel, Receiver>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  async run(step: Step): Promise<void> {
    if (step.do === 'subscribe') {
      const wishes = step.wishes.map(([name, manner]) => [name, this.#wish(name, manner)] as const);
      const asked = wishes.map(([name, channel]) => channel ?? name);
      this.#add(true, wishes, this.#connection.executePubSub('subscribe', ...asked));
    } else if (step.do === 'unsubscribe') {
      const done = this.#connection.executePubSub('unsubscribe', ...step.names);
      this.#add(false, nobody(step.names), done);
    } else if (step.do === 'raw') {
      const done = this.#connection.execute(step.verb, ...step.names);
      this.#add(step.verb === 'SUBSCRIBE', nobody(step.names), done);
    } else if (step.do === 'stop') {
      for (const [sender, receiver] of this.#receivers) {
        if (sender.name === step.name) receiver.stop();
      }
    } else {
      await this.settled();
    }
  }

  /** @returns What each name has by the server's answers; undefined is any channel. */
  async settled(): Promise<Map<Name, AbstractChannel | undefined>> {
    const standing = new Map<Name, AbstractChannel | undefined>();
    for (const { adds, wishes, isDone } of this.calls) {
      if (!(await isDone)) continue;
      for (const [name, channel] of wishes) {
        const isLiving = channel !== undefined && !inletOf(channel).hasEnded;
        if (!adds) standing.delete(name);
        else if (isLiving || !standing.has(name))
          standing.set(name, isLiving ? channel : undefined);
      }
    }
    return standing;
  }

  /** What a channel has got since this was asked last. */
  async messagesOf(channel: AbstractChannel): Promise<string[]> {
    const messages: string[] = [];
    const receiver = this.#receivers.get(channel);
    const read = async (): Promise<string> =>
      receiver === undefined
        ? (channel as Channel).get({ timeoutMs: 0 })
        : ((await receiver.get({ timeoutMs: 0 }))[1] as string);
    for (;;) {
      try {
        messages.push(await read());
      } catch {
        return messages;
      }
    }
  }

  #wish(name: Name, manner: Manner): AbstractChannel | undefined {
    if (manner === 'name') return undefined;
    const before = this.given.findLast((each) => each.name === name);
    if (manner === 'given') return before;
    const made = manner === 'channel' ? new Channel(name) : this.#newSender(name);
    this.given.push(made);
    return made;
  }

  #newSender(name: Name): Sender {
    const receiver = new Receiver();
    const sender = receiver.channel(name);
    this.#receivers.set(sender, receiver);
    return sender;
  }

  #add(
    adds: boolean,
    wishes: readonly (readonly [Name, AbstractChannel | undefined])[],
    done: Promise<unknown>,
  ): void {
    const isDone = done.then(
      () => true,
      () => false,
    );
    this.calls.push({ adds, wishes: new Map(wishes), isDone });
  }
}

function nobody(names: readonly Name[]): [Name, undefined][] {
  return names.map((name) => [name, undefined]);
}

for (const protocol of [2, 3] as const) {
  test(`whatever is asked for, every message has one reader, and no channel is left waiting, under RESP${protocol}`, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(aStep, { maxLength: 10 }), async (steps) => {
        await using connection = await createConnection(server.urlFor('ann'), { protocol });
        const subscriber = new Subscriber(connection);
        for (const step of steps) await subscriber.run(step);
        const standing = await subscriber.settled();

        assert.equal(connection.inPubSub, standing.size);
        for (const name of NAMES) {
          const receivers = await server.command('PUBLISH', name, `to ${name}`);
          assert.equal(receivers, standing.has(name) ? '1' : '0');
        }
        await connection.execute('PING'); // what was published before has come
        const shown = [...connection.pubsubChannels.values()];
        for (const name of NAMES) {
          const channels = new Set(
            [...subscriber.given, ...shown].filter((it) => it.name === name),
          );
          const readers: AbstractChannel[] = [];
          for (const channel of channels) {
            const messages = await subscriber.messagesOf(channel);
            for (const message of messages) {
              assert.equal(message, `to ${name}`);
              readers.push(channel);
            }
            const { hasEnded, source } = inletOf(channel);
            const isFree = source === undefined;
            assert.ok(hasEnded || isFree !== messages.length > 0, `${name} has a channel in limbo`);
          }
          const wanted = standing.get(name);
          if (wanted !== undefined) assert.deepEqual(readers, [wanted]);
          else if (readers.length !== (standing.has(name) ? 1 : 0)) {
            const stopped = subscriber.given.some(
              (each) => each instanceof Sender && each.name === name && !each.isActive,
            );
            assert.ok(stopped && readers.length === 0, `${name} has ${readers.length} readers`);
          }
        }
      }),
      { numRuns: 300 },
    );
  });
}
