/**
 * The handlers of one subscriber: a queue for each name that has, or had, a handler.
 *
 * Several subscriptions of a name share its queue: one that takes another's place, and the other that
 * returns when the call for the first fails. Which of them is in force the membership knows; `settle`
 * makes the queue call its handler.
 */
import type { ExactString } from '../protocol/exact-text.js';
import type { HandlerQueue, QueueHandler } from './handler-queue.js';
import type { Membership } from './membership.js';
import type { NameKind, Subscription } from './subscription.js';

/** A subscription whose messages go to a handler. */
export interface HandledSubscription<T> extends Subscription {
  readonly handler: QueueHandler<T>;
  readonly queue: HandlerQueue<T>;
}

/** What becomes of messages that wait for the handler of a name that is wanted no longer. */
export type Leftovers = 'handled' | 'dropped';

/** What the handlers need of their subscriber. */
export interface HandlersOwner<T> {
  /** Makes the queue of a name. */
  newQueue(kind: NameKind, name: string, handler: QueueHandler<T>): HandlerQueue<T>;
  /** What the handler is called with. */
  read(channel: ExactString, data: ExactString, pattern: ExactString | null): T;
}

/** The queues by name. */
export class HandlersByName<T> {
  readonly #membership: Membership;
  readonly #owner: HandlersOwner<T>;
  /** Also of names that are wanted no longer, until nothing waits and no call is under way. */
  readonly #queues: Readonly<Record<NameKind, Map<string, HandlerQueue<T>>>> = {
    channel: new Map(),
    pattern: new Map(),
  };
  /** Dropped by queues that are gone. */
  #droppedBefore = 0;
  /** Who waits for the last queue to go. */
  #waiters: (() => void)[] = [];

  constructor(membership: Membership, owner: HandlersOwner<T>) {
    this.#membership = membership;
    this.#owner = owner;
  }

  /** How many names have, or had, a handler. */
  get size(): number {
    return this.#queues.channel.size + this.#queues.pattern.size;
  }

  /** Messages dropped because a handler was too slow, those of names included that were left. */
  get dropped(): number {
    let dropped = this.#droppedBefore;
    for (const queues of Object.values(this.#queues)) {
      for (const queue of queues.values()) dropped += queue.dropped;
    }
    return dropped;
  }

  /** A new subscription of a name. Its handler is called when `settle` finds it in force. */
  subscription(kind: NameKind, name: string, handler: QueueHandler<T>): HandledSubscription<T> {
    const queues = this.#queues[kind];
    const queue = queues.get(name) ?? this.#owner.newQueue(kind, name, handler);
    queues.set(name, queue);
    return {
      member: this.#membership,
      handler,
      queue,
      onMessage: (channel, data, pattern) => queue.put(this.#owner.read(channel, data, pattern)),
    };
  }

  /**
   * After names came, went, or returned to an earlier subscription: each queue calls the handler that
   * is in force. What waits for the handler of a name that goes to the loop now is still its own.
   *
   * @param names - All when not given.
   */
  settle(kind: NameKind, names: Iterable<string> | undefined, leftovers: Leftovers): void {
    const queues = this.#queues[kind];
    if (queues.size === 0) return;
    for (const name of names ?? [...queues.keys()]) {
      const queue = queues.get(name);
      if (queue === undefined) continue;
      const subscription = this.#membership.subscriptionOf(kind, name);
      if (isHandled<T>(subscription)) queue.use(subscription.handler);
      else if (subscription === undefined) this.#retire(kind, name, queue, leftovers);
    }
  }

  /** All names are lost, or left. */
  end(leftovers: Leftovers): void {
    for (const kind of ['channel', 'pattern'] as const) {
      for (const [name, queue] of [...this.#queues[kind]]) {
        this.#retire(kind, name, queue, leftovers);
      }
    }
  }

  /** Resolves when, after `end`, nothing waits and no call is under way. */
  async ended(): Promise<void> {
    if (this.size > 0) await new Promise<void>((resolve) => this.#waiters.push(resolve));
  }

  #retire(kind: NameKind, name: string, queue: HandlerQueue<T>, leftovers: Leftovers): void {
    if (leftovers === 'dropped') queue.clear();
    queue.retire(() => {
      this.#droppedBefore += queue.dropped;
      this.#queues[kind].delete(name);
      if (this.size === 0) for (const resolve of this.#waiters.splice(0)) resolve();
    });
  }
}

/** Whether the messages of a subscription go to a handler. */
export function isHandled<T>(
  subscription: Subscription | undefined,
): subscription is HandledSubscription<T> {
  return subscription !== undefined && 'queue' in subscription;
}
