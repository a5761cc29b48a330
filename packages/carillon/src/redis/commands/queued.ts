/**
 * The promise of one command's reply inside a batch.
 *
 * A batch of a thousand commands is awaited as a whole, so none of them gets a promise of its own
 * unless somebody asks for it, and nothing is reported as unhandled when nobody does.
 */
import { type Deferred, deferred } from '../../util/deferred.js';
import type { Settler } from './command.js';

/** Whom a `Queued` belongs to, and tells that it is settled. */
export interface QueuedOwner {
  onSettled(queued: Queued<unknown>): void;
}

type State = 'pending' | 'fulfilled' | 'rejected';

/** Settles with its command, once the batch was sent and answered. */
export class Queued<T> implements Promise<T>, Settler {
  readonly owner: QueuedOwner;
  state: State = 'pending';
  /** The value or the error, once settled. */
  outcome: unknown = undefined;
  #deferred: Deferred<unknown> | undefined = undefined;

  constructor(owner: QueuedOwner) {
    this.owner = owner;
  }

  get [Symbol.toStringTag](): string {
    return 'Queued';
  }

  resolve(value: unknown): void {
    this.#settle('fulfilled', value);
  }

  reject(error: unknown): void {
    this.#settle('rejected', error);
  }

  // biome-ignore lint/suspicious/noThenProperty: it is a promise
  then<A = T, B = never>(
    onFulfilled?: ((value: T) => A | PromiseLike<A>) | null,
    onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): Promise<A | B> {
    return this.#asPromise().then(onFulfilled, onRejected);
  }

  catch<B = never>(onRejected?: ((reason: unknown) => B | PromiseLike<B>) | null): Promise<T | B> {
    return this.#asPromise().catch(onRejected);
  }

  finally(onFinally?: (() => void) | null): Promise<T> {
    return this.#asPromise().finally(onFinally);
  }

  #settle(state: State, outcome: unknown): void {
    this.state = state;
    this.outcome = outcome;
    if (this.#deferred !== undefined) this.#forward(this.#deferred);
    this.owner.onSettled(this);
  }

  #asPromise(): Promise<T> {
    if (this.#deferred === undefined) {
      this.#deferred = deferred();
      this.#forward(this.#deferred);
    }
    return this.#deferred.promise as Promise<T>;
  }

  #forward({ resolve, reject }: Deferred<unknown>): void {
    if (this.state === 'fulfilled') resolve(this.outcome);
    else if (this.state === 'rejected') reject(this.outcome);
  }
}
