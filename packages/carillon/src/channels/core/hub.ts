/**
 * Who receives which channel, and which channels the backend is asked for.
 *
 * References are counted per channel, and each channel is a state machine:
 *
 *     absent -> subscribing -> active -> draining -> absent
 *
 * Callers only change who wants a channel; `#reconcile` alone moves states, and at most one call to
 * the backend is under way per channel. So whatever callers do in between (subscribe, unsubscribe,
 * abort), the next step starts from what is wanted then. The channels of one call go to the backend
 * in one call.
 *
 * Not here: what a subscriber does with its items (`subscription.ts`), and when to try again after a
 * failure (`supervisor.ts`).
 *
 * Invariants: a channel that nobody wants has no entry once the backend has let go of it. A message
 * goes only to subscriptions that are members at that moment. While a channel drains nothing is
 * delivered: what a new member received then would have a hole behind it.
 */
import { type Deferred, deferred } from '../../util/deferred.js';
import { toError } from '../../util/to-error.js';
import type { BackendGap, ChannelsBackend } from './backend.js';
import type { ChannelMessage } from './message.js';
import type { Subscription } from './subscription.js';

class HubChannel {
  readonly name: string;
  state: 'absent' | 'subscribing' | 'active' | 'draining' = 'absent';
  /** Wanted without members: a declared channel. */
  pinned = false;
  readonly members = new Set<Subscription>();
  /** Who waits for it to become active. */
  readonly waiting = new Set<Acquisition>();
  /** The backend call under way; gives its failure. Resolved early when the hub closes. */
  transition: Deferred<Error | undefined> | undefined;
  /** A call failed, so the backend may hold this channel although it is absent here. */
  lingering = false;
  /** Delivery may have been interrupted since this Unix time, and nobody was told yet. */
  gapSince: number | undefined;
  /**
   * Until when a gap was told while the call that ends it is still under way: when that call fails,
   * the gap goes on from there.
   */
  gapToldUntil: number | undefined;

  constructor(name: string) {
    this.name = name;
  }

  get wanted(): boolean {
    return this.pinned || this.members.size > 0;
  }
}

/** One subscription's wait for channels to become active: all of them, or none. */
interface Acquisition {
  readonly subscription: Subscription;
  readonly channels: readonly HubChannel[];
  readonly missing: Set<HubChannel>;
  readonly settled: Deferred<void>;
}

/** Counts references and delivers. One hub serves one start of `Channels`. */
export class Hub {
  readonly #backend: ChannelsBackend;
  readonly #onTrouble: (error: Error) => void;
  readonly #channels = new Map<string, HubChannel>();
  /** Counts interruptions: a subscribe call that began before one proves nothing after it. */
  #generation = 0;
  #closed = false;

  /**
   * @param onTrouble - Told when the backend refused something that is still wanted; `repair` tries
   *   it again.
   */
  constructor(backend: ChannelsBackend, onTrouble: (error: Error) => void) {
    this.#backend = backend;
    this.#onTrouble = onTrouble;
  }

  /** How many channels have an entry: members, a declaration, or a call under way. */
  get size(): number {
    return this.#channels.size;
  }

  /** Wants channels for as long as the hub lives, without a member. `repair` subscribes them. */
  pin(names: Iterable<string>): void {
    for (const name of names) this.#entry(name).pinned = true;
  }

  /**
   * Makes a subscription a member of channels and waits until all of them are active.
   *
   * @throws The backend's error or the signal's reason. The subscription is then a member of none of
   *   the named channels.
   */
  acquire(
    subscription: Subscription,
    names: Iterable<string>,
    signal?: AbortSignal,
  ): Promise<void> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    const channels = [...names].map((name) => this.#entry(name));
    const missing = new Set(channels.filter((channel) => channel.state !== 'active'));
    const acquisition: Acquisition = { subscription, channels, missing, settled: deferred() };
    for (const channel of channels) {
      channel.members.add(subscription);
      subscription.channels.add(channel.name);
    }
    if (missing.size === 0) return Promise.resolve();
    for (const channel of missing) channel.waiting.add(acquisition);
    this.#reconcile(missing);

    const abort = (): void => this.#abandon(acquisition, signal?.reason);
    signal?.addEventListener('abort', abort);
    return acquisition.settled.promise.finally(() => signal?.removeEventListener('abort', abort));
  }

  /**
   * Ends a subscription's membership; delivery to it stops at once. Channels it is not a member of
   * are skipped.
   *
   * @returns Resolves when the backend has let go of the channels nobody wants any more, or failed
   *   to (which `onTrouble` is told). Never rejects.
   */
  async release(subscription: Subscription, names: Iterable<string>): Promise<void> {
    const left: HubChannel[] = [];
    for (const name of [...names]) {
      const channel = this.#channels.get(name);
      if (!channel?.members.delete(subscription)) continue;
      subscription.channels.delete(name);
      left.push(channel);
    }
    this.#reconcile(left);
    for (const channel of left) {
      while (!channel.wanted && channel.transition !== undefined) await channel.transition.promise;
    }
  }

  /** Gives a message or gap to the members of its channel. */
  deliver(item: ChannelMessage | BackendGap): void {
    const channel = this.#channels.get(item.channel);
    if (channel === undefined) return;
    if (channel.state !== 'active' && channel.state !== 'subscribing') return;
    if (channel.gapSince !== undefined) this.#tellGap(channel, channel.gapSince);
    for (const member of channel.members) member.receive(item);
  }

  /**
   * The backend's stream broke: what was subscribed may be lost. `repair` subscribes it again, and
   * members get a gap before the next message.
   *
   * @param since - Unix time up to which delivery was complete.
   */
  interrupt(since: number): void {
    this.#generation++;
    for (const channel of this.#channels.values()) {
      if (channel.state !== 'active' && channel.state !== 'subscribing') continue;
      channel.gapSince ??= since;
      if (channel.state === 'active') {
        channel.state = 'absent';
        channel.lingering = true;
      }
    }
  }

  /**
   * Asks the backend again for all that is wanted and not active, and to let go of what lingers.
   *
   * @throws The first failure of the calls this led to or found under way.
   */
  async repair(): Promise<void> {
    const channels = [...this.#channels.values()];
    this.#reconcile(channels, true);
    const failures = await Promise.all(channels.map((channel) => channel.transition?.promise));
    const failure = failures.find((error) => error !== undefined);
    if (failure !== undefined) throw failure;
  }

  /** Fails all who wait and forgets everything. Backend calls under way are left to themselves. */
  close(error: Error): void {
    this.#closed = true;
    for (const channel of this.#channels.values()) {
      for (const { settled } of channel.waiting) settled.reject(error);
      for (const member of channel.members) member.channels.delete(channel.name);
      channel.transition?.resolve(undefined);
      channel.transition = undefined;
    }
    this.#channels.clear();
  }

  #entry(name: string): HubChannel {
    let channel = this.#channels.get(name);
    if (channel === undefined) {
      channel = new HubChannel(name);
      this.#channels.set(name, channel);
    }
    return channel;
  }

  /**
   * Moves channels that are at rest towards what is wanted.
   *
   * @param again - Also repeats what failed before; otherwise only a new caller does.
   */
  #reconcile(channels: Iterable<HubChannel>, again = false): void {
    const joining: HubChannel[] = [];
    const leaving: HubChannel[] = [];
    for (const channel of channels) {
      if (channel.state === 'absent' && channel.wanted) {
        if (again || channel.waiting.size > 0) joining.push(channel);
      } else if (channel.state === 'active' && !channel.wanted) {
        leaving.push(channel);
      } else if (channel.state === 'absent') {
        if (channel.lingering && again) leaving.push(channel);
        else if (!channel.lingering) this.#forget(channel);
      }
    }
    if (joining.length > 0) this.#begin('subscribing', joining, () => this.#join(joining));
    if (leaving.length > 0) this.#begin('draining', leaving, () => this.#leave(leaving));
  }

  #begin(
    state: 'subscribing' | 'draining',
    channels: readonly HubChannel[],
    call: () => Promise<Error | undefined>,
  ): void {
    const transition = deferred<Error | undefined>();
    for (const channel of channels) {
      channel.state = state;
      channel.transition = transition;
    }
    void call().then(transition.resolve);
  }

  async #join(channels: readonly HubChannel[]): Promise<Error | undefined> {
    const generation = this.#generation;
    const failure = await attempt(() => this.#backend.subscribe(channels.map(({ name }) => name)));
    if (this.#closed) return undefined;
    for (const channel of channels) channel.transition = undefined;
    if (failure !== undefined) {
      this.#joinFailed(channels, failure);
      return failure;
    }
    const interrupted = generation !== this.#generation;
    for (const channel of channels) {
      channel.state = interrupted ? 'absent' : 'active';
      channel.lingering = interrupted;
      if (!interrupted) this.#joined(channel);
    }
    this.#reconcile(channels, interrupted);
    return undefined;
  }

  #joined(channel: HubChannel): void {
    if (channel.gapSince !== undefined) this.#tellGap(channel, channel.gapSince);
    channel.gapToldUntil = undefined;
    for (const acquisition of channel.waiting) {
      acquisition.missing.delete(channel);
      if (acquisition.missing.size === 0) acquisition.settled.resolve();
    }
    channel.waiting.clear();
  }

  #joinFailed(channels: readonly HubChannel[], failure: Error): void {
    // Still `subscribing`: giving up one caller must not start another attempt for the next.
    for (const channel of channels) {
      for (const acquisition of [...channel.waiting]) this.#abandon(acquisition, failure);
    }
    for (const channel of channels) {
      channel.state = 'absent';
      channel.lingering = true;
      channel.gapSince ??= channel.gapToldUntil;
    }
    if (channels.some((channel) => channel.wanted)) this.#onTrouble(failure);
    const unwanted = channels.filter((channel) => !channel.wanted);
    this.#reconcile(unwanted, true);
  }

  async #leave(channels: readonly HubChannel[]): Promise<Error | undefined> {
    const failure = await attempt(() =>
      this.#backend.unsubscribe(channels.map(({ name }) => name)),
    );
    if (this.#closed) return undefined;
    for (const channel of channels) {
      channel.transition = undefined;
      channel.state = 'absent';
      channel.lingering = failure !== undefined;
      channel.gapSince = undefined;
      channel.gapToldUntil = undefined;
    }
    if (failure !== undefined) this.#onTrouble(failure);
    this.#reconcile(channels);
    return failure;
  }

  #abandon(acquisition: Acquisition, reason: unknown): void {
    const { subscription, channels } = acquisition;
    for (const channel of channels) {
      channel.waiting.delete(acquisition);
      channel.members.delete(subscription);
      subscription.channels.delete(channel.name);
    }
    acquisition.settled.reject(reason);
    this.#reconcile(channels);
  }

  #tellGap(channel: HubChannel, since: number): void {
    const until = Date.now();
    channel.gapSince = undefined;
    channel.gapToldUntil = until;
    const gap: BackendGap = {
      type: 'gap',
      channel: channel.name,
      since,
      until,
      reason: 'the stream of the backend was interrupted',
    };
    for (const member of channel.members) member.receive(gap);
  }

  #forget(channel: HubChannel): void {
    // The name may have a new entry by now.
    if (this.#channels.get(channel.name) === channel) this.#channels.delete(channel.name);
  }
}

/** Runs a backend call; its failure, thrown at once or later, is a value. */
async function attempt(call: () => Promise<void>): Promise<Error | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return toError(error);
  }
}
