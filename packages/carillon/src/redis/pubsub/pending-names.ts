/**
 * Names that are wanted and that the server has not acknowledged on the connection of the moment, and
 * the calls that wait for them. A name that stands is not here.
 *
 * The server acknowledges each SUBSCRIBE, also of a name that was left and wanted again meanwhile:
 * only the last acknowledgement tells that it stands.
 */
import { type Deferred, deferred } from '../../util/deferred.js';
import type { LinkMember } from './subscription.js';

/** A call that waits until its names stand. */
export class SubscribeCall {
  readonly member: LinkMember;
  readonly #settled: Deferred<void> = deferred();
  /** Names that do not stand. */
  remaining = 0;

  constructor(member: LinkMember) {
    this.member = member;
  }

  /** Resolves when no name is awaited any more. */
  get settled(): Promise<void> {
    if (this.remaining === 0) this.#settled.resolve();
    return this.#settled.promise;
  }

  await(): void {
    this.remaining++;
  }

  /** A name stands, or is no longer wanted. */
  release(): void {
    if (--this.remaining === 0) this.#settled.resolve();
  }

  reject(error: Error): void {
    this.#settled.reject(error);
  }
}

const NO_CALLS: readonly SubscribeCall[] = [];

/** A name that does not stand. */
export interface PendingName {
  /** Acknowledgements that are still to come on this connection. */
  awaited: number;
  /** Whether it was given to a connection: the server may have heard it. */
  wasSent: boolean;
  /** It stood on a connection that was lost, and does not stand again. */
  isInterrupted: boolean;
  calls: readonly SubscribeCall[];
}

/** The names of one kind, by their keys. */
export class PendingNames {
  readonly #names = new Map<string, PendingName>();

  get(key: string): PendingName | undefined {
    return this.#names.get(key);
  }

  has(key: string): boolean {
    return this.#names.has(key);
  }

  /** Adds a name, unless it is here. */
  add(key: string, isInterrupted: boolean): void {
    if (this.#names.has(key)) return;
    this.#names.set(key, { awaited: 0, wasSent: false, isInterrupted, calls: NO_CALLS });
  }

  /** The name is being sent. */
  send(key: string): void {
    const name = this.#names.get(key);
    if (name === undefined) return;
    name.awaited++;
    name.wasSent = true;
  }

  /** An acknowledgement came, or will not. @returns The name, when it was the last one. */
  settle(key: string): PendingName | undefined {
    const name = this.#names.get(key);
    if (name === undefined || --name.awaited > 0) return undefined;
    return name;
  }

  delete(key: string): void {
    this.#names.delete(key);
  }

  /** A member does not want the name any more: its calls wait for one name less. */
  release(key: string, member: LinkMember): void {
    const name = this.#names.get(key);
    if (name === undefined) return;
    for (const call of name.calls) if (call.member === member) call.release();
    name.calls = name.calls.filter((call) => call.member !== member);
  }

  /** Nobody wants the name. It stays as long as acknowledgements are to come. */
  abandon(key: string): void {
    const name = this.#names.get(key);
    if (name?.awaited === 0) this.#names.delete(key);
    else if (name !== undefined) name.isInterrupted = false;
  }

  /** No acknowledgement will come any more; those that nobody wants are forgotten. */
  disconnect(isWanted: (key: string) => boolean): void {
    for (const [key, name] of this.#names) {
      name.awaited = 0;
      if (!isWanted(key)) this.#names.delete(key);
    }
  }

  rejectAll(error: Error): void {
    for (const { calls } of this.#names.values()) for (const call of calls) call.reject(error);
    this.#names.clear();
  }
}
