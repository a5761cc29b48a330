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
import { type ExactString, isString } from '../protocol/exact-text.js';
import type { Reply } from '../protocol/reply.js';
import { AbstractChannel, inletOf } from './abstract-channel.js';
import { Channel } from './channel.js';
import type { MessageSource } from './message-queue.js';
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

/** Channels by the key of their name (`nameKey`). */
type ChannelsByKey = Map<string, AbstractChannel>;

/** A subscription command that knows who gets the messages. */
class SubscriptionCommand extends Command<Reply> {
  readonly channels: ReadonlyMap<string, AbstractChannel>;

  constructor(
    channels: ReadonlyMap<string, AbstractChannel>,
    ...rest: ConstructorParameters<typeof Command<Reply>>
  ) {
    super(...rest);
    this.channels = channels;
  }
}

/** The channels of one kind. */
class ChannelGroup {
  /** What users see: channels the server has acknowledged, by their name as text. Senders are with their receiver. */
  readonly byName = new Map<string, Channel<boolean>>();
  /** What the server has acknowledged. */
  readonly active: ChannelsByKey = new Map();
  /** What will be, once all that was asked for is done. */
  readonly asked: ChannelsByKey = new Map();

  add(key: string, channel: AbstractChannel): void {
    this.active.set(key, channel);
    if (channel instanceof Channel) this.byName.set(channel.name, channel);
    if (!this.asked.has(key)) this.asked.set(key, channel);
  }

  /** Forgets the channel of a name that was acknowledged. */
  remove(key: string): AbstractChannel | undefined {
    const channel = this.active.get(key);
    if (channel === undefined) return undefined;
    this.active.delete(key);
    if (this.byName.get(channel.name) === channel) this.byName.delete(channel.name);
    if (this.asked.get(key) === channel) this.asked.delete(key);
    return channel;
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
  /** Channels that somebody may be reading and whose end was not said. */
  readonly #open = new Set<AbstractChannel>();

  get channels(): ReadonlyMap<string, Channel> {
    return this.#groups.channel.byName as ReadonlyMap<string, Channel>;
  }

  get patterns(): ReadonlyMap<string, Channel<true>> {
    return this.#groups.pattern.byName as ReadonlyMap<string, Channel<true>>;
  }

  get shardChannels(): ReadonlyMap<string, Channel> {
    return this.#groups.shard.byName as ReadonlyMap<string, Channel>;
  }

  /** Subscribes to names or leaves them, all or none; the command runs during the call. */
  async execute(
    executor: Executor,
    verb: unknown,
    names: readonly ChannelName[],
    encoding: Encoding,
  ): Promise<Acknowledgement[]> {
    const act = readVerb(verb);
    const { kind, adds, command } = act;
    const keys = keysOf(act, names);
    const { asked } = this.#groups[kind];
    const channels = adds
      ? chooseChannels(kind, names, keys, (key) => living(asked.get(key)), 'utf8')
      : pick(asked, keys);
    const changed = [...channels].filter(([key, channel]) => !adds || asked.get(key) !== channel);
    for (const [key, channel] of changed) {
      if (adds) this.#ask(kind, key, channel);
      else asked.delete(key);
    }
    const args = names.map((each) => (each instanceof AbstractChannel ? each.nameBytes : each));
    const spec = specOfCall([command], decodeAsOf(encoding));
    try {
      return (await executor.run(
        new SubscriptionCommand(channels, spec, args),
      )) as Acknowledgement[];
    } catch (error) {
      const mayHaveRun = error instanceof ConnectionError && error.sent === 'maybe';
      for (const [key, channel] of mayHaveRun ? [] : changed) {
        if (adds) this.#takeBack(kind, key, channel);
        else if (!asked.has(key) && !inletOf(channel).hasEnded) asked.set(key, channel);
      }
      throw error;
    }
  }

  /** The server acknowledged a name; `command` is the one it answers, if any. */
  acknowledge(ack: SubscriptionAck, command: Command | undefined): void {
    const { act, name } = ack;
    if (name === null) return;
    const key = nameKey(name);
    const group = this.#groups[act.kind];
    if (!act.adds) this.#end(group.remove(key));
    else if (living(group.active.get(key)) === undefined) {
      this.#end(group.remove(key));
      group.add(key, this.#channelFor(name, key, act.kind, command));
    }
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
    for (const group of Object.values(this.#groups)) {
      for (const key of group.active.keys()) this.#end(group.remove(key));
    }
  }

  /** The connection is gone: also what was only asked for will not come. */
  endAll(): void {
    this.endActive();
    for (const { asked } of Object.values(this.#groups)) asked.clear();
    for (const channel of this.#open) this.#end(channel);
  }

  #ask(kind: SubscriptionKind, key: string, channel: AbstractChannel): void {
    this.#adopt(channel);
    this.#groups[kind].asked.set(key, channel);
  }

  #adopt(channel: AbstractChannel): void {
    inletOf(channel).source = this;
    this.#open.add(channel);
  }

  #end(channel: AbstractChannel | undefined): void {
    if (channel === undefined) return;
    this.#open.delete(channel);
    inletOf(channel).end();
  }

  /** The server does not know of it, and will not. */
  #takeBack(kind: SubscriptionKind, key: string, channel: AbstractChannel): void {
    const { asked, active } = this.#groups[kind];
    if (asked.get(key) !== channel || active.get(key) === channel) return;
    asked.delete(key);
    this.#end(channel);
  }

  /** Raw SUBSCRIBE commands say nothing of channels: theirs are made when they are needed. */
  #channelFor(
    name: ExactString,
    key: string,
    kind: SubscriptionKind,
    command: Command | undefined,
  ): AbstractChannel {
    const given = command instanceof SubscriptionCommand ? command.channels.get(key) : undefined;
    const channel = living(given ?? this.#groups[kind].asked.get(key));
    if (channel !== undefined) return channel;
    const made = newChannel(kind, name, 'utf8');
    this.#adopt(made);
    return made;
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

function pick(channels: ChannelsByKey, keys: readonly string[]): ChannelsByKey {
  const picked: ChannelsByKey = new Map();
  for (const key of keys) {
    const channel = channels.get(key);
    if (channel !== undefined) picked.set(key, channel);
  }
  return picked;
}
