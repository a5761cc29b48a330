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
  #remaining = 0;
  /** Whether the server may have heard of it. */
  wasSent = false;

  constructor(member: LinkMember) {
    this.member = member;
  }

  /** How many of its names do not stand. */
  get remaining(): number {
    return this.#remaining;
  }

  /** One name more to wait for. */
  add(): void {
    this.#remaining++;
  }

  /** A name stands, or is no longer wanted. */
  release(): void {
    if (--this.#remaining === 0) this.#settled.resolve();
  }

  reject(error: Error): void {
    this.#settled.reject(error);
  }

  /** Resolves when no name is awaited any more. */
  async wait(): Promise<void> {
    if (this.#remaining > 0) await this.#settled.promise;
  }
}

/** The calls that wait for one name: mostly one, but any number of members may want it. */
class WaitingCalls {
  #only: SubscribeCall | undefined;
  #byMember: Map<LinkMember, SubscribeCall[]> | undefined;

  add(call: SubscribeCall): void {
    if (this.#only === undefined && this.#byMember === undefined) {
      this.#only = call;
      return;
    }
    this.#byMember ??= new Map();
    for (const each of this.#only === undefined ? [call] : [this.#only, call]) {
      const calls = this.#byMember.get(each.member);
      if (calls === undefined) this.#byMember.set(each.member, [each]);
      else calls.push(each);
    }
    this.#only = undefined;
  }

  /** Those of one member, which do not wait here any more. */
  takeOf(member: LinkMember): readonly SubscribeCall[] {
    if (this.#only?.member === member) {
      const only = this.#only;
      this.#only = undefined;
      return [only];
    }
    const calls = this.#byMember?.get(member) ?? [];
    this.#byMember?.delete(member);
    return calls;
  }

  *[Symbol.iterator](): Generator<SubscribeCall, void, undefined> {
    if (this.#only !== undefined) yield this.#only;
    for (const calls of this.#byMember?.values() ?? []) yield* calls;
  }
}

/** A name that does not stand. */
export interface PendingName {
  /** Acknowledgements that are still to come on this connection. */
  awaited: number;
  /** Whether it was given to a connection: the server may have heard it. */
  wasSent: boolean;
  /** It stood on a connection that was lost, and does not stand again. */
  isInterrupted: boolean;
  readonly calls: WaitingCalls;
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
    this.#names.set(key, { awaited: 0, wasSent: false, isInterrupted, calls: new WaitingCalls() });
  }

  /** The name is being sent. */
  send(key: string): void {
    const name = this.#names.get(key);
    if (name === undefined) return;
    name.awaited++;
    name.wasSent = true;
    for (const call of name.calls) call.wasSent = true;
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

  /** The call waits until the name stands. @returns Whether it does not. */
  wait(key: string, call: SubscribeCall): boolean {
    const name = this.#names.get(key);
    if (name === undefined) return false;
    name.calls.add(call);
    call.add();
    if (name.wasSent) call.wasSent = true;
    return true;
  }

  /** A member does not want the name any more: its calls wait for one name less. */
  release(key: string, member: LinkMember): void {
    for (const call of this.#names.get(key)?.calls.takeOf(member) ?? []) call.release();
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

  rejectAll(errorOf: (call: SubscribeCall) => Error): void {
    for (const { calls } of this.#names.values()) {
      for (const call of calls) call.reject(errorOf(call));
    }
    this.#names.clear();
  }
}
