/**
 * Keeps the backend serving the hub: starts it, consumes its events, and repairs both when they
 * fail, with growing delays, until it is stopped.
 *
 * Nothing ends silently: a stream that throws or ends, a refused subscription and a failed start are
 * problems in `health.ts` until they are repaired. Members learn of an interrupted stream by a gap
 * (`hub.ts`).
 */
import { nextDelay, type RetryPolicy, type RetrySchedule } from '../../util/retry-policy.js';
import { toError } from '../../util/to-error.js';
import { pause, settlesWithin } from '../../util/waiting.js';
import { type BackendEvent, type ChannelsBackend, StreamInterruptedError } from './backend.js';
import type { Health } from './health.js';
import { Hub } from './hub.js';

/** A stream that lived this long was healthy: the delays begin anew after it. */
const STABLE_AFTER_MS = 30_000;

/** What a supervisor works with. */
export interface SupervisorOptions {
  readonly backend: ChannelsBackend;
  readonly health: Health;
  /** Delays between attempts. When it gives up, the last problem stays. */
  readonly retry: RetryPolicy;
  /** Channels that are subscribed as long as it runs. */
  readonly pinned: Iterable<string>;
  /** Called once the backend has started. */
  readonly onStarted: () => void;
}

/** Runs one backend for one hub, from `start` to `stop`. */
export class Supervisor {
  readonly hub: Hub;
  readonly #backend: ChannelsBackend;
  readonly #health: Health;
  readonly #retry: RetryPolicy;
  readonly #onStarted: () => void;
  readonly #stopping = new AbortController();
  #repairing = false;
  #repairAgain = false;
  #probing = false;
  /** Whether a stream is being consumed. */
  #streaming = false;
  #finished: Promise<void> = Promise.resolve();
  #startup: Promise<void> = Promise.resolve();

  constructor(options: SupervisorOptions) {
    this.#backend = options.backend;
    this.#health = options.health;
    this.#retry = options.retry;
    this.#onStarted = options.onStarted;
    this.hub = new Hub(options.backend, (error) => this.#repairLater(error));
    this.hub.pin(options.pinned);
  }

  /** Begins in the background; the health tells how it goes. */
  start(): void {
    this.#finished = this.#run();
  }

  /**
   * Shuts the backend down and ends everything, waiting at most `deadlineMs`. What the backend still
   * yields while it shuts down is delivered.
   *
   * @param reason - What those get who still wait for a subscription.
   * @throws What the backend's shutdown rejects with, in time.
   */
  async stop(reason: Error, deadlineMs: number): Promise<void> {
    const until = Date.now() + deadlineMs;
    this.#stopping.abort();
    try {
      // A start that is still under way would outlive a shutdown that came first.
      if (!(await settlesWithin(this.#startup, deadlineMs))) {
        void this.#startup.then(() => this.#backend.onShutdown()).catch(() => undefined);
      }
      await settlesWithin(this.#backend.onShutdown(), until - Date.now());
      await settlesWithin(this.#finished, until - Date.now());
    } finally {
      this.hub.close(reason);
    }
  }

  /** A message could not be published: asks the backend until it would take one again. */
  publishFailed(error: Error): void {
    this.#health.report('publishing', error);
    if (this.#probing || this.#backend.probe === undefined) return;
    this.#probing = true;
    const probe = async (): Promise<void> => this.#backend.probe?.();
    void this.#attempt('publishing', error, probe).then(() => {
      this.#probing = false;
    });
  }

  async #run(): Promise<void> {
    if (!(await this.#attempt('startup', undefined, () => this.#startBackend()))) return;
    this.#onStarted();
    const schedule = this.#retry.start();
    while (!this.#stopping.signal.aborted) {
      const openedAt = Date.now();
      const error = await this.#consume();
      if (this.#stopping.signal.aborted) return;
      if (Date.now() - openedAt > STABLE_AFTER_MS) schedule.reset();
      this.#health.report('stream', error);
      this.#health.clear('backend');
      if (!(await this.#delay(schedule, error))) return;
    }
  }

  #startBackend(): Promise<void> {
    const startup = this.#backend.onStartup();
    this.#startup = startup.catch(() => undefined);
    return startup;
  }

  /** Consumes one stream to its end, and gives the reason of the end. */
  async #consume(): Promise<Error> {
    const openedAt = Date.now();
    try {
      const events = this.#backend.streamEvents();
      this.#streaming = true;
      // In the same turn, so that no message of the new stream finds its channel absent.
      void this.#repair();
      for await (const event of events) this.#handle(event);
      throw new Error('the event stream of the backend ended');
    } catch (error) {
      this.#streaming = false;
      const since = error instanceof StreamInterruptedError ? error.completeUntil : openedAt;
      if (!this.#stopping.signal.aborted) this.hub.interrupt(since);
      return toError(error);
    }
  }

  #handle(event: BackendEvent): void {
    switch (event.type) {
      case 'message':
      case 'gap':
        this.hub.deliver(event);
        return;
      case 'down':
        this.#health.report('backend', event.error);
        return;
      case 'up':
        this.#health.clear('backend');
        return;
    }
  }

  #repairLater(error: Error): void {
    // A repair under way may have looked at this channel already.
    this.#repairAgain = true;
    if (this.#repairing) return;
    this.#health.report('subscriptions', error);
    void this.#repair(error);
  }

  /** Brings the backend's subscriptions to what is wanted; one repair at a time. */
  async #repair(failure?: Error): Promise<void> {
    this.#repairAgain = true;
    if (this.#repairing) return;
    this.#repairing = true;
    let repaired = true;
    while (repaired && this.#repairAgain) {
      this.#repairAgain = false;
      repaired = await this.#attempt('subscriptions', failure, () => this.hub.repair());
    }
    this.#repairing = false;
    if (!repaired || !this.#streaming || this.#stopping.signal.aborted) return;
    this.#health.clear('stream');
    this.#health.enter('running');
  }

  /**
   * Tries until it works; false when the policy gave up or everything stops.
   *
   * @param failure - What has failed already: then it waits before the first attempt.
   */
  async #attempt(
    part: 'startup' | 'subscriptions' | 'publishing',
    failure: Error | undefined,
    action: () => Promise<void>,
  ): Promise<boolean> {
    const schedule = this.#retry.start();
    for (let last = failure; ; ) {
      if (last !== undefined && !(await this.#delay(schedule, last))) return false;
      try {
        await action();
        this.#health.clear(part);
        return true;
      } catch (error) {
        if (this.#stopping.signal.aborted) return false;
        last = toError(error);
        this.#health.report(part, last);
      }
    }
  }

  async #delay(schedule: RetrySchedule, error: Error): Promise<boolean> {
    const ms = nextDelay(schedule, error);
    if (ms === null) return false;
    await pause(ms, this.#stopping.signal);
    return !this.#stopping.signal.aborted;
  }
}
