/**
 * What `subscribe` and `unsubscribe` of a `PubSub` are given: names, arrays of names, and handlers by
 * name. Read and checked before anything is recorded or sent.
 */
import { UsageError } from '../errors/usage-error.js';

/** Handlers by the names whose messages they get. */
export type PubSubHandlers<Handler> =
  | Readonly<Record<string, Handler>>
  | ReadonlyMap<string, Handler>;

/** What `subscribe` takes: names, arrays of names, and handlers by name. */
export type PubSubNames<Handler> = string | readonly string[] | PubSubHandlers<Handler>;

/**
 * Visits every name, in its order, with the handler that it has, if any.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`: something that is no name, or a handler that is no function.
 */
export function visitNames<Handler>(
  given: readonly PubSubNames<Handler>[],
  visit: (name: string, handler: Handler | undefined) => void,
): void {
  for (const each of given) {
    if (isHandlers(each)) {
      for (const [name, handler] of handlersOf(each)) {
        if (typeof handler !== 'function') throw invalid('a handler must be a function');
        visit(name, handler as Handler);
      }
    } else {
      for (const name of namesOf(each)) visit(name, undefined);
    }
  }
}

/** One name or an array of them. @throws {UsageError} `INVALID_ARGUMENT`: it is neither. */
export function namesOf(given: unknown): readonly string[] {
  const names = Array.isArray(given) ? given : [given];
  for (const name of names) if (typeof name !== 'string') throw invalid(problemOf(name));
  return names;
}

/** Whether it may be handlers by name: a `Map`, or an object that is nothing else. */
export function isHandlers(value: unknown): value is PubSubHandlers<unknown> {
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Map) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Names with their handlers, in their order. */
export function handlersOf<Handler>(
  handlers: PubSubHandlers<Handler>,
): readonly (readonly [name: string, handler: Handler])[] {
  return handlers instanceof Map ? [...handlers] : Object.entries(handlers);
}

function problemOf(name: unknown): string {
  if (typeof name === 'function') {
    return 'a handler is given by the name of its channel: subscribe({ news: handler })';
  }
  if (name instanceof Uint8Array) {
    return 'a name is a string; for one that is no text there is redis.subscribe(), which gives a Channel';
  }
  return 'expected names, arrays of names, or handlers by name in an object or a Map';
}

function invalid(message: string): UsageError {
  return new UsageError('INVALID_ARGUMENT', message);
}
