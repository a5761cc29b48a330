/**
 * The seam between what a command says and where it runs.
 *
 * Connections, lanes, pools and topologies implement it; the typed commands are written once on top.
 */
import type { Command } from './command.js';

/** Runs commands. */
export interface Executor {
  /**
   * Runs a command and settles its promise exactly once. Never throws synchronously.
   *
   * @throws {ReplyError} The server answered with an error.
   * @throws {ConnectionError} No reply; `sent` says whether it may have run.
   * @throws {UsageError} The command cannot run here; nothing was sent.
   */
  run<T>(command: Command<T>): Promise<T>;
}

/** An executor that keeps commands together. */
export interface BatchExecutor extends Executor {
  /**
   * Runs commands that are started already, one directly after the other on one connection. Each
   * settles by itself; nothing comes between them there, but they are no transaction.
   */
  runBatch(commands: readonly Command[]): void;
}
