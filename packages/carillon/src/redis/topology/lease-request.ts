/**
 * A call's place in the queue of a pool, for a connection that nobody else uses meanwhile.
 *
 * A `Command` that is never sent, so that it waits, expires and is aborted like those it waits with.
 */
import { Command, type CommandHolder, defineCommand } from '../commands/command.js';
import { type ConnectionErrorCode, connectionErrorFrom } from '../errors/connection-error.js';
import type { PooledConnection } from './pooled-connection.js';

const LEASE = defineCommand<PooledConnection>('LEASE');

/** Asks for a connection; settles with it. */
export class LeaseRequest extends Command<PooledConnection> implements CommandHolder {
  /** @param signal - Takes the request back. */
  constructor(signal?: AbortSignal) {
    super(LEASE, [], signal === undefined ? undefined : { signal });
  }

  /** Told by a command that wanted the connection and is settled: nobody wants it any more. */
  onSettled(): void {
    this.failConnection('ABORTED');
  }

  /** No command failed, so none is named, and waiting in vain has a code of its own. */
  override failConnection(code: ConnectionErrorCode, address?: string, cause?: unknown): void {
    const own = code === 'COMMAND_TIMEOUT' ? 'ACQUIRE_TIMEOUT' : code;
    this.fail(connectionErrorFrom(own, { address, cause, sent: 'no' }));
  }
}
