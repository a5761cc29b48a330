/**
 * Typed event listeners. No event needs a listener, and a listener that throws, or returns a promise
 * that rejects, harms nobody: its error is reported and the next listener runs.
 */
import { reportingErrors } from './report-error.js';

/** Maps each event's name to what its listeners are given. */
export type EventMap = object;

interface Entry<Payload> {
  readonly listener: (payload: Payload) => void;
}

/** The listeners of one object. */
export class Listeners<Events extends EventMap> {
  readonly #byEvent = new Map<keyof Events, Set<Entry<never>>>();

  /** Adds a listener. @returns A function that removes it. */
  on<Name extends keyof Events>(
    event: Name,
    listener: (payload: Events[Name]) => void,
  ): () => void {
    let listeners = this.#byEvent.get(event);
    if (listeners === undefined) {
      listeners = new Set();
      this.#byEvent.set(event, listeners);
    }
    const entry: Entry<Events[Name]> = { listener }; // one for each call: a function may be given twice
    listeners.add(entry);
    return () => {
      listeners.delete(entry);
    };
  }

  /**
   * Calls the listeners of an event in the order they were added, after the caller's stack.
   *
   * @returns Whether there is one.
   */
  emit<Name extends keyof Events>(event: Name, payload: Events[Name]): boolean {
    const listeners = this.#byEvent.get(event) ?? new Set();
    for (const entry of listeners) {
      const { listener } = entry as Entry<Events[Name]>;
      queueMicrotask(() => void reportingErrors(() => listener(payload)));
    }
    return listeners.size > 0;
  }
}
