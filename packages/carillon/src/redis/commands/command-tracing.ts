/**
 * Tells tracing tools about commands, through `node:diagnostics_channel`.
 *
 * Costs a look at whether anybody listens, and nothing else, while nobody does (bench/workloads, 64
 * GETs in flight). Arguments and replies are not shown: they are the application's data.
 */
import { type TracingChannel, tracingChannel } from 'node:diagnostics_channel';
import type { Command } from './command.js';

/** What is told of one command, the same object from its start to its end. */
export interface CommandTrace {
  /** As in the server's documentation: `GET`, `CLIENT SETNAME`; `MULTI` for a whole transaction. */
  readonly command: string;
  readonly argumentCount: number;
  /** `host:port` or socket path. */
  readonly address: string;
  /** Why it failed. */
  error?: unknown;
}

/**
 * The tracing channel `carillon:redis:command`: `start` and `end` when a command is called,
 * `asyncStart` and `asyncEnd`, and `error` before them, when it is settled.
 */
const commands: TracingChannel<CommandTrace, CommandTrace> =
  tracingChannel('carillon:redis:command');

/** Begins a trace when somebody listens. Called where a command is accepted. */
export function traceCommand(command: Command, address: string): void {
  if (commands.hasSubscribers) begin(command, address);
}

function begin(command: Command, address: string): void {
  if (command.settled) return;
  const trace = { command: command.spec.name, argumentCount: command.args.length, address };
  command.trace = trace;
  commands.start.publish(trace);
  commands.end.publish(trace);
}

/** Ends a trace, off the stack that reads bytes: listeners are user code. */
export function endTrace(trace: CommandTrace, error?: unknown): void {
  queueMicrotask(() => {
    if (error !== undefined) {
      trace.error = error;
      commands.error.publish(trace);
    }
    commands.asyncStart.publish(trace);
    commands.asyncEnd.publish(trace);
  });
}
