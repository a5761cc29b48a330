/** Replies and acknowledgements are paired with commands as a simple model says. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Command } from '../commands/command.js';
import { specOfCall } from '../commands/command-facts.js';
import { ProtocolError } from '../errors/protocol-error.js';
import type { Reply } from '../protocol/reply.js';
import { ReplyQueue } from './reply-queue.js';
import { readAck, type SubscriptionAck } from './subscription-acks.js';

function commandOf(...words: [string, ...(string | Uint8Array)[]]): Command {
  return new Command(specOfCall(words, 0), words.slice(1)) as Command;
}

function ackOf(frame: readonly Reply[]): SubscriptionAck {
  return readAck(frame) ?? assert.fail('no acknowledgement');
}

/** What a server does: it answers each command in order, with acknowledgements for subscriptions. */
class ModelServer {
  readonly #channels = new Set<string>();

  /** Frames for one command; a push is marked as such. */
  answer(
    words: readonly string[],
  ): { push: boolean; value: (string | number | null)[] | string }[] {
    const [name, ...args] = words;
    if (name === 'ECHO') return [{ push: false, value: args[0] as string }];
    const targets = args.length > 0 ? args : [...this.#channels];
    if (targets.length === 0) return [{ push: true, value: ['unsubscribe', null, 0] }];
    return targets.map((target) => {
      if (name === 'SUBSCRIBE') this.#channels.add(target);
      else this.#channels.delete(target);
      const verb = (name as string).toLowerCase();
      return { push: true, value: [verb, target, this.#channels.size] };
    });
  }
}

const channel = fc.constantFrom('a', 'b', 'c');
const words = fc.oneof(
  fc.string().map((text) => ['ECHO', text]),
  fc.array(channel, { minLength: 1, maxLength: 4 }).map((names) => ['SUBSCRIBE', ...names]),
  fc.array(channel, { maxLength: 4 }).map((names) => ['UNSUBSCRIBE', ...names]),
);

async function checkAgainstModel(calls: string[][]): Promise<void> {
  const queue = new ReplyQueue('test');
  const server = new ModelServer();
  const outcomes = calls.map((call) => {
    const command = commandOf(...(call as [string, ...string[]]));
    const promise = command.start();
    queue.push(command);
    return promise;
  });
  const expected = calls.map((call) => {
    const frames = server.answer(call);
    for (const { push, value } of frames) {
      if (!push) {
        queue.settleNext(value);
        continue;
      }
      const frame = value as string[];
      queue.acknowledge(ackOf(frame), frame);
    }
    return frames[0]?.push ? frames.map(({ value }) => value) : frames[0]?.value;
  });

  assert.deepEqual(await Promise.all(outcomes), expected);
  assert.equal(queue.length, 0);
}

test('any run of commands and subscriptions is answered as a model server would', async () => {
  await fc.assert(fc.asyncProperty(fc.array(words, { maxLength: 30 }), checkAgainstModel));
});

test('a reply that nobody waits for is a protocol error', () => {
  assert.throws(() => new ReplyQueue('test').settleNext('OK'), { code: 'UNEXPECTED_REPLY' });
});

test('an acknowledgement of another name, or of another kind, is a protocol error', () => {
  for (const frame of [
    ['subscribe', 'other', 1],
    ['unsubscribe', 'mine', 0],
  ]) {
    const queue = new ReplyQueue('test');
    queue.push(commandOf('SUBSCRIBE', 'mine'));
    assert.throws(() => queue.acknowledge(ackOf(frame), frame), ProtocolError);
  }
});

test('a shard subscription that the server ends itself answers nobody, also to names as bytes', async () => {
  const queue = new ReplyQueue('test');
  const command = commandOf('SUNSUBSCRIBE', new TextEncoder().encode('mine'));
  const left = command.start();
  queue.push(command);
  const [ended, own] = [
    ['sunsubscribe', 'other', 1],
    ['sunsubscribe', 'mine', 0],
  ] satisfies [Reply[], Reply[]];

  queue.acknowledge(ackOf(ended), ended);
  assert.equal(queue.length, 1);
  queue.acknowledge(ackOf(own), own);
  assert.equal(queue.length, 1, 'that may have been the end of its slot');
  queue.acknowledge(ackOf(own), own);
  assert.equal(queue.length, 0);
  assert.deepEqual(await left, [['sunsubscribe', 'mine', 0]]);
});
