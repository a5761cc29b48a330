/**
 * Connections to a real server that a test holds up: commands wait before they are written, as on a
 * slow network, but exactly those that a test names, and exactly as long as it wants.
 *
 * Not here: what networks do to bytes (the fault proxy of the test kit).
 */
import assert from 'node:assert/strict';
import { type Deferred, deferred } from '../../util/deferred.js';
import { Command, NO_DEADLINE, PING } from '../commands/command.js';
import { Connection, type ConnectionClass } from '../connection/connection.js';

/** Which commands a test means. */
export type IsMeant = (command: Command) => boolean;

/** The connections of one client, given to it as `connectionClass`. */
export class HeldConnections {
  readonly connectionClass: ConnectionClass = this.#newClass();
  /** When a probe of the subscribed connection was last answered: Unix time in milliseconds. */
  confirmedAtMs = 0;
  /** Called with each command that failed, before whoever sent it learns of that. */
  onFailed: ((command: Command) => void) | undefined = undefined;
  #subscribed: Connection | undefined;
  readonly #unreferenced = new WeakSet<Connection>();
  #isHeld: IsMeant = () => false;
  #gate: Deferred<void> = deferred();

  /** The connection that was subscribed last. */
  get subscribed(): Connection {
    return this.#subscribed ?? assert.fail('nothing was subscribed');
  }

  /** Whether the subscribed connection keeps the process alive. */
  get isRef(): boolean {
    return !this.#unreferenced.has(this.subscribed);
  }

  /** These commands wait from here on, and no others: what waits and is not among them goes. */
  hold(isHeld: IsMeant): void {
    this.#isHeld = isHeld;
    this.#gate.resolve();
    this.#gate = deferred();
  }

  /** Lets go what waits, and holds nothing more. */
  release(): void {
    this.hold(() => false);
  }

  /** Lets go of the subscribed connection itself. */
  forget(): void {
    this.#subscribed = undefined;
  }

  /** Resolves when all that the server has sent to subscribers by now was read. */
  async catchUp(): Promise<void> {
    await this.subscribed.run(new Command(PING, [], NO_DEADLINE));
  }

  async #waitToRun(connection: Connection, command: Command): Promise<void> {
    if (/^P?SUBSCRIBE$/.test(command.spec.name)) this.#subscribed = connection;
    while (this.#isHeld(command)) await this.#gate.promise;
  }

  #newClass(): ConnectionClass {
    const held = this;
    return class extends Connection {
      override async run<T>(command: Command<T>): Promise<T> {
        await held.#waitToRun(this, command as Command);
        try {
          return await super.run(command);
        } catch (error) {
          held.onFailed?.(command as Command);
          throw error;
        }
      }

      override unref(): void {
        super.unref();
        held.#unreferenced.add(this);
      }

      override confirm(sentAtMs: number): void {
        super.confirm(sentAtMs);
        if (this === held.#subscribed) held.confirmedAtMs = sentAtMs;
      }
    };
  }
}

/** Whether a command names something. */
export function naming(name: string): IsMeant {
  return (command) => command.args.includes(name);
}
