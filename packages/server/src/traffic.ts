/** Counts the messages of the chat as a subscriber of it, so what is counted was really delivered. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Channels } from 'carillon/channels';
import { CHAT_CHANNEL } from './message-bus.js';

/** Between two attempts to subscribe, while the backend is away. */
const RETRY_AFTER_MS = 500;

/** Messages so far, and how fast they come. */
export class Traffic {
  readonly #stopping = new AbortController();
  #messages = 0;
  #perSecond = 0;
  #counted = 0;
  #countedAt = performance.now();

  constructor(channels: Channels) {
    void this.#count(channels);
  }

  /** Messages since the server started. */
  get messages(): number {
    return this.#messages;
  }

  /** Messages per second between the last two calls of `measure`. */
  get perSecond(): number {
    return this.#perSecond;
  }

  /** Takes the rate anew; call it about once a second. */
  measure(): void {
    const now = performance.now();
    const seconds = (now - this.#countedAt) / 1_000;
    this.#perSecond = Math.round(((this.#messages - this.#counted) / seconds) * 10) / 10;
    this.#counted = this.#messages;
    this.#countedAt = now;
  }

  /** Ends attempts to subscribe; a subscription that stands ends with the channels. */
  stop(): void {
    this.#stopping.abort();
  }

  async #count(channels: Channels): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        for await (const _ of await channels.subscribe(CHAT_CHANNEL, { signal })) this.#messages++;
        return;
      } catch {
        // The backend is away, which the state of the channels tells.
        await sleep(RETRY_AFTER_MS, undefined, { signal }).catch(() => undefined);
      }
    }
  }
}
