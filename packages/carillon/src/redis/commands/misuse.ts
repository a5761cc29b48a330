/**
 * How calls are answered that are wrong in themselves: by a promise that rejects, never by a throw.
 *
 * Not here: what is wrong with single parameters (`argument-plan.ts`).
 */
import { UsageError } from '../errors/usage-error.js';
import { Command } from './command.js';

/** Whose method was called; one without `refuse` rejects. */
interface Caller {
  refuse?(error: unknown): Promise<never>;
}

/**
 * Answers a call as its object does, which may be a batch.
 *
 * @param caller - `this` of the method: undefined when it was taken off its object.
 */
export function refuseCall(caller: object, error: unknown): Promise<never> {
  const { refuse } = (caller ?? {}) as Caller;
  if (refuse !== undefined) return refuse.call(caller, error);
  if (caller !== undefined) return Promise.reject(error);
  const message = 'a method was called without its object: `redis.get(key)`, not `get(key)`';
  return Promise.reject(new UsageError('INVALID_ARGUMENT', message));
}

/** `refuseCall` for `run`, which may have been given something else than a command. */
export function refuseRun(caller: object, error: unknown, command: unknown): Promise<never> {
  const isCommand = command instanceof Command;
  const mistake = new UsageError('INVALID_ARGUMENT', '`run` takes a `Command`');
  return refuseCall(caller, isCommand ? error : mistake);
}
