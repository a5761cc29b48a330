/**
 * Which subscription each name has, by the name's key. 100,000 channels are a matter of bytes for each:
 * names with the usual subscription are held in a set, and only the others in a map, which costs half
 * as much again.
 */

/** The names, and the subscription of each. */
export class SubscriptionsByName<T extends object> {
  #usual: T | undefined;
  readonly #isGiven: boolean;
  readonly #withUsual = new Set<string>();
  readonly #others = new Map<string, T>();

  /** @param usual - The usual subscription; else it is the first that comes while no name has it. */
  constructor(usual?: T) {
    this.#usual = usual;
    this.#isGiven = usual !== undefined;
  }

  get size(): number {
    return this.#withUsual.size + this.#others.size;
  }

  has(key: string): boolean {
    return this.#withUsual.has(key) || this.#others.has(key);
  }

  get(key: string): T | undefined {
    return this.#withUsual.has(key) ? this.#usual : this.#others.get(key);
  }

  set(key: string, subscription: T): void {
    this.delete(key);
    if (!this.#isGiven && this.#withUsual.size === 0) this.#usual = subscription;
    if (subscription === this.#usual) this.#withUsual.add(key);
    else this.#others.set(key, subscription);
  }

  delete(key: string): void {
    if (!this.#withUsual.delete(key)) this.#others.delete(key);
  }

  clear(): void {
    this.#withUsual.clear();
    this.#others.clear();
  }

  *keys(): Generator<string, void, undefined> {
    yield* this.#withUsual;
    yield* this.#others.keys();
  }

  /** The subscriptions besides the usual one, again for each of their names. */
  others(): IterableIterator<T> {
    return this.#others.values();
  }
}
