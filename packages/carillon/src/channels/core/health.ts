/**
 * The state users see, put together from what each part reports.
 *
 * Parts report a problem under their own name and clear it when it is gone; the state is `degraded`
 * while any is left. No listener is needed, and one that throws harms nobody.
 */

import { reportError } from '../../util/report-error.js';

/** Where the channels stand, with the error behind `degraded`. */
export type ChannelsStatus =
  | { readonly state: 'stopped' | 'starting' | 'up'; readonly error: null }
  | { readonly state: 'degraded'; readonly error: Error };

/** The parts that report. */
export type HealthPart = 'startup' | 'backend' | 'stream' | 'subscriptions' | 'publishing';

/** Holds the state and tells who listens. */
export class Health {
  readonly #listeners = new Set<(status: ChannelsStatus) => void>();
  readonly #problems = new Map<HealthPart, Error>();
  #phase: 'stopped' | 'starting' | 'running' = 'stopped';
  #status: ChannelsStatus = { state: 'stopped', error: null };

  get status(): ChannelsStatus {
    return this.#status;
  }

  /** Begins a new phase of life; `stopped` and `starting` forget all problems. */
  enter(phase: 'stopped' | 'starting' | 'running'): void {
    this.#phase = phase;
    if (phase !== 'running') this.#problems.clear();
    this.#update();
  }

  /** A part has a problem; a later one replaces it. */
  report(part: HealthPart, error: Error): void {
    if (this.#phase === 'stopped') return;
    this.#problems.set(part, error);
    this.#update();
  }

  /** A part works again. */
  clear(part: HealthPart): void {
    if (this.#problems.delete(part)) this.#update();
  }

  /** Calls the listener at each change until the returned function is called. */
  listen(listener: (status: ChannelsStatus) => void): () => void {
    // Wrapped, so that the same function may listen twice and each unsubscribes its own.
    const entry = (status: ChannelsStatus): void => listener(status);
    this.#listeners.add(entry);
    return () => this.#listeners.delete(entry);
  }

  #update(): void {
    const before = this.#status;
    const [problem] = this.#problems.values();
    if (problem !== undefined) {
      if (before.state === 'degraded' && before.error === problem) return;
      this.#status = { state: 'degraded', error: problem };
    } else {
      const state = this.#phase === 'running' ? 'up' : this.#phase;
      if (before.state === state) return;
      this.#status = { state, error: null };
    }
    for (const listener of [...this.#listeners]) {
      try {
        listener(this.#status);
      } catch (error) {
        reportError(error); // the next listener and the part that reported must not pay for it
      }
    }
  }
}
