/**
 * A first-in, first-out queue whose items may leave from the middle.
 *
 * What is removed is free at once. Its empty place is skipped later, and places are tidied before they
 * outnumber the items by much, so that every step costs the same on average.
 */
import { RingQueue } from './ring-queue.js';

/** Empty places that may stand in the queue beside as many as there are items. */
const MAX_LITTER = 64;

/** An item's place in the queue; empty when the item has left. */
export interface Place<T> {
  value: T | undefined;
}

/** The queue. */
export class RemovableQueue<T extends object> {
  readonly #places = new RingQueue<Place<T>>();
  #length = 0;

  /** Items that wait. */
  get length(): number {
    return this.#length;
  }

  /** Places they take, empty ones included. */
  get places(): number {
    return this.#places.length;
  }

  /** Puts an item last. @returns What `remove` takes. */
  push(value: T): Place<T> {
    const place: Place<T> = { value };
    this.#places.push(place);
    this.#length++;
    return place;
  }

  /** Takes the oldest item. */
  shift(): T | undefined {
    for (let place = this.#places.shift(); place !== undefined; place = this.#places.shift()) {
      const { value } = place;
      if (value === undefined) continue;
      place.value = undefined;
      this.#length--;
      return value;
    }
    return undefined;
  }

  /** Takes an item out, wherever it is. @returns Whether it still waited. */
  remove(place: Place<T>): boolean {
    if (place.value === undefined) return false;
    place.value = undefined;
    this.#length--;
    if (this.#places.length > 2 * this.#length + MAX_LITTER) {
      this.#places.retain(({ value }) => value !== undefined);
    }
    return true;
  }
}
