/**
 * A first-in, first-out queue on a growing ring buffer.
 *
 * `push` and `shift` cost the same however long the queue is; `Array.shift` does not.
 */

/** An empty queue that has grown beyond this many slots gives them back. */
const MAX_IDLE_MASK = 4_095;

/** The queue. */
export class RingQueue<T> {
  #slots: (T | undefined)[] = new Array<T | undefined>(16);
  #mask = 15; // capacity - 1; the capacity is a power of two
  #head = 0;
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: T): void {
    if (this.#length > this.#mask) this.#grow();
    this.#slots[(this.#head + this.#length) & this.#mask] = value;
    this.#length++;
  }

  /** Removes and returns the oldest value. */
  shift(): T | undefined {
    if (this.#length === 0) return undefined;
    const value = this.#slots[this.#head];
    this.#slots[this.#head] = undefined; // or the value lives as long as the slot
    this.#head = (this.#head + 1) & this.#mask;
    this.#length--;
    if (this.#length === 0 && this.#mask > MAX_IDLE_MASK) this.clear();
    return value;
  }

  /** Removes and returns the newest value. */
  pop(): T | undefined {
    if (this.#length === 0) return undefined;
    this.#length--;
    const slot = (this.#head + this.#length) & this.#mask;
    const value = this.#slots[slot];
    this.#slots[slot] = undefined;
    return value;
  }

  /** The oldest value, left in place. */
  peek(): T | undefined {
    return this.#length === 0 ? undefined : this.#slots[this.#head];
  }

  /** The value `index` places behind the oldest; undefined when there is none. */
  at(index: number): T | undefined {
    if (index < 0 || index >= this.#length) return undefined;
    return this.#slots[(this.#head + index) & this.#mask];
  }

  /** Keeps the values that pass, in their order. */
  retain(passes: (value: T) => boolean): void {
    for (let rest = this.#length; rest > 0; rest--) {
      const value = this.shift() as T;
      if (passes(value)) this.push(value);
    }
  }

  clear(): void {
    this.#slots = new Array<T | undefined>(16);
    this.#mask = 15;
    this.#head = 0;
    this.#length = 0;
  }

  #grow(): void {
    const capacity = (this.#mask + 1) * 2;
    const slots = new Array<T | undefined>(capacity);
    for (let i = 0; i < this.#length; i++) slots[i] = this.#slots[(this.#head + i) & this.#mask];
    this.#slots = slots;
    this.#mask = capacity - 1;
    this.#head = 0;
  }
}
