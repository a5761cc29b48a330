/**
 * The channels of one raw connection: which `Channel` gets the messages of which name.
 *
 * What was asked for is kept apart from what the server has acknowledged: commands of one tick may
 * subscribe, unsubscribe and subscribe again, and each acknowledgement belongs to one of them.
 *
 * Not here: counting acknowledgements (`reply-queue.ts`).
 */
import { decodeAsOf } from '../commands/call-command.js';
import { Command, type Encoding } from '../commands/command.js';
import { specOfCall } from '../commands/command-facts.js';
import type { Executor } from '../commands/executor.js';
import { ConnectionError } from '../errors/connection-error.js';
import { ReplyError } from '../errors/reply-error.js';
import { isString } from '../protocol/exact-text.js';
import type { Reply } from '../protocol/reply.js';
import { AbstractChannel, inletOf, type MessageSource } from './abstract-channel.js';
import { Channel } from './channel.js';
import { nameKey } from './name-key.js';
import type { SubscriptionAck, SubscriptionKind } from './subscription-acks.js';
import {
  type Acknowledgement,
  type ChannelName,
  chooseChannels,
  keysOf,
  newChannel,
  readVerb,
} from './subscription-request.js';

/** A subscription command that knows who is to get the messages. */
class SubscriptionCommand extends Command<Reply> {
  /** By the key of each name (`nameKey`); undefined is who leaves the name. */
  readonly wishes: ReadonlyMap<string, AbstractChannel | undefined>;
  /** It was refused, or was not sent. */
  readonly onRefused: () => void;

  constructor(
    wishes: ReadonlyMap<string, AbstractChannel | undefined>,
    onRefused: (command: SubscriptionCommand) => void,
    ...rest: ConstructorParameters<typeof Command<Reply>>
  ) {
    super(...rest);
    this.wishes = wishes;
    this.onRefused = () => onRefused(this);
  }

  /** Called also when nobody waits for it any more, which a refusal after the deadline is known by. */
  override settle(reply: Reply, address: string): void {
    if (reply instanceof ReplyError) this.onRefused();
    super.settle(reply, address);
  }
}

/** The channels of one kind, by the keys of their names. */
class ChannelGroup {
  /** What users see of `active`: senders are with their receiver. */
  readonly visible = new Map<string, Channel<boolean>>();
  /** What the server has acknowledged. */
  readonly active = new Map<string, AbstractChannel>();
  /** Commands whose acknowledgement of the name is still to come, the oldest first. */
  readonly #underway = new Map<string, SubscriptionCommand[]>();

  /** The channel that the name will have, once all that was asked for is done. */
  expected(key: string): AbstractChannel | undefined {
    const last = this.#underway.get(key)?.at(-1);
    return living(last === undefined ? this.active.get(key) : last.wishes.get(key));
  }

  expect(key: string, command: SubscriptionCommand): void {
    const commands = this.#underway.get(key);
    if (commands === undefined) this.#underway.set(key, [command]);
    else commands.push(command);
  }

  /** A command was answered as to this name, or never will be. */
  settle(key: string, command: SubscriptionCommand): void {
    const commands = this.#underway.get(key);
    const index = commands?.indexOf(command) ?? -1;
    if (commands === undefined || index < 0) return;
    if (commands.length === 1) this.#underway.delete(key);
    else commands.splice(index, 1);
    this.#releaseIfUnused(key, command.wishes.get(key));
  }

  /** From here on the messages of a name are this channel's. */
  activate(key: string, channel: AbstractChannel): void {
    if (this.active.get(key) === channel) return;
    this.end(key);
    this.active.set(key, channel);
    if (channel instanceof Channel) this.visible.set(key, channel);
  }

  /** The subscription to a name has ended. */
  end(key: string): void {
    const channel = this.active.get(key);
    if (channel === undefined) return;
    this.active.delete(key);
    this.visible.delete(key);
    inletOf(channel).end();
  }

  endActive(): void {
    for (const key of this.active.keys()) this.end(key);
  }

  /** No acknowledgement will come any more. */
  forgetUnderway(): void {
    for (const [key, commands] of this.#underway) {
      for (const command of [...commands]) this.settle(key, command);
    }
  }

  /** A channel that never stood may be subscribed with again: nothing is left of what asked for it. */
  #releaseIfUnused(key: string, channel: AbstractChannel | undefined): void {
    if (channel === undefined || this.active.get(key) === channel) return;
    const isExpected = this.#underway.get(key)?.some(({ wishes }) => wishes.get(key) === channel);
    const inlet = inletOf(channel);
    if (isExpected !== true && !inlet.hasEnded) inlet.source = undefined;
  }
}

/** Who gets the messages of one connection. */
export class ConnectionChannels implements MessageSource {
  /** Set when a probe is answered, to when it was sent. */
  confirmedAtMs: number = Date.now();
  readonly #groups: Readonly<Record<SubscriptionKind, ChannelGroup>> = {
    channel: new ChannelGroup(),
    pattern: new ChannelGroup(),
    shard: new ChannelGroup(),
  };

  get channels(): ReadonlyMap<string, Channel> {
    return this.#groups.channel.visible as ReadonlyMap<string, Channel>;
  }

  get patterns(): ReadonlyMap<string, Channel<true>> {
    return this.#groups.pattern.visible as ReadonlyMap<string, Channel<true>>;
  }

  get shardChannels(): ReadonlyMap<string, Channel> {
    return this.#groups.shard.visible as ReadonlyMap<string, Channel>;
  }

  /** Subscribes to names or leaves them, all or none; the command runs during the call. */
  async execute(
    executor: Executor,
    verb: unknown,
    names: readonly ChannelName[],
    encoding: Encoding,
  ): Promise<Acknowledgement[]> {
    const act = readVerb(verb);
    const { kind, adds, command: word } = act;
    const keys = keysOf(act, names);
    const group = this.#groups[kind];
    const wishes: ReadonlyMap<string, AbstractChannel | undefined> = adds
      ? chooseChannels(kind, names, keys, (key) => group.expected(key), 'utf8')
      : new Map(keys.map((key) => [key, undefined]));
    const refused = (by: SubscriptionCommand): void => {
      for (const key of wishes.keys()) group.settle(key, by);
    };
    const args = names.map((each) => (each instanceof AbstractChannel ? each.nameBytes : each));
    const spec = specOfCall([word], decodeAsOf(encoding));
    const command = new SubscriptionCommand(wishes, refused, spec, args);
    for (const [key, channel] of wishes) {
      if (channel !== undefined) inletOf(channel).source = this;
      group.expect(key, command);
    }
    try {
      return (await executor.run(command)) as Acknowledgement[];
    } catch (error) {
      const mayHaveRun = error instanceof ConnectionError && error.sent === 'maybe';
      if (!mayHaveRun) command.onRefused();
      throw error;
    }
  }

  /** The server acknowledged a name; `command` is the one it answers, if any. */
  acknowledge({ act, name }: SubscriptionAck, command: Command | undefined): void {
    if (name === null) return;
    const key = nameKey(name);
    const group = this.#groups[act.kind];
    const isAnswered = command?.spec.name === act.command;
    const asked = isAnswered && command instanceof SubscriptionCommand ? command : undefined;
    if (act.adds) {
      // Raw SUBSCRIBE commands say nothing of channels: theirs are made when they are needed.
      const wanted = living(asked?.wishes.get(key)) ?? living(group.active.get(key));
      const channel = wanted ?? newChannel(act.kind, name, 'utf8');
      inletOf(channel).source = this;
      group.activate(key, channel);
    } else {
      group.end(key);
    }
    if (asked !== undefined) group.settle(key, asked);
  }

  /** Gives a message to its channel. Other pushes are nobody's. */
  deliver(push: readonly Reply[]): void {
    const { channel, shard, pattern } = this.#groups;
    if (push[0] === 'message') put(channel, push[1], push[1], push[2]);
    else if (push[0] === 'pmessage') put(pattern, push[1], push[2], push[3]);
    else if (push[0] === 'smessage') put(shard, push[1], push[1], push[2]);
  }

  /** All subscriptions that stood have ended, with or without the connection. */
  endActive(): void {
    for (const group of Object.values(this.#groups)) group.endActive();
  }

  /** The connection is gone: also what was only asked for will not come. */
  endAll(): void {
    this.endActive();
    for (const group of Object.values(this.#groups)) group.forgetUnderway();
  }
}

/** A channel, unless it has ended by itself: it was full, or its receiver was stopped. */
function living(channel: AbstractChannel | undefined): AbstractChannel | undefined {
  return channel === undefined || inletOf(channel).hasEnded ? undefined : channel;
}

function put(group: ChannelGroup, name?: Reply, channel?: Reply, data?: Reply): void {
  if (!(isString(name) && isString(channel) && isString(data))) return;
  const target = group.active.get(nameKey(name));
  if (target !== undefined) inletOf(target).put({ channel, data });
}
