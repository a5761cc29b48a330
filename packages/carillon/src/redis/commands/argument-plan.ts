/**
 * How the parameters of a typed method become the arguments of its command, written in one line.
 *
 * A plan names what is sent, in wire order:
 *
 * | item | sends |
 * |---|---|
 * | `.` | the next parameter |
 * | `.?` | the next parameter, or nothing when it is not given |
 * | `*` | the next parameter: one argument, or an array of them |
 * | `...` | all parameters that are left, of which each may be an array |
 * | `#` | the next parameter as `*` does, with the number of its arguments before it |
 * | `%` | the next parameter, a record or `Map`: each name with its value |
 * | `WORD` | that word |
 * | `{nx|ex=|get*=}` | what the last parameter, an object, asks for, in this order: a word alone, a word with a value or an array of them, a word before each of several values |
 *
 * Without a plan the parameters are the arguments.
 */
import { UsageError } from '../errors/usage-error.js';
import type { Argument } from '../protocol/encoder.js';
import { checkOptions } from './options.js';

/**
 * Makes arguments of parameters.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`: one of them has the wrong form. What only the server can
 *   judge is left to it.
 */
export type WriteArguments = (given: readonly unknown[]) => readonly Argument[];

type Item = (given: unknown, args: unknown[], command: string) => void;

/**
 * Reads a plan.
 *
 * @param command - For messages.
 */
export function readPlan(plan: string, command: string): WriteArguments {
  if (plan === '') return asGiven;
  const items = plan.split(' ');
  const write = items.map(readItem);
  const taken = items.map(takesParameter);
  const isOpen = items.includes('...');
  const isDirect =
    items.every((item) => /^(\.|\*|\.{3}|\{.*)$/.test(item)) && optionsAreLast(items);
  const count = taken.filter(Boolean).length;
  const positional = items.filter((item) => takesParameter(item) && !isOptions(item)).length;

  return (given) => {
    // Most calls have no options and no arrays: what is given is what is sent.
    if (isDirect && (isOpen || given.length <= positional) && !given.some(Array.isArray)) {
      return given as Argument[];
    }
    if (!isOpen && given.length > count) throw tooMany(command, count, plan);
    const args: unknown[] = [];
    let next = 0;
    for (const [index, item] of items.entries()) {
      if (item === '...') {
        for (; next < given.length; next++) spread(given[next], args);
      } else if (!taken[index]) {
        args.push(item);
      } else {
        write[index]?.(given[isOptions(item) ? positional : next++], args, command);
      }
    }
    return args as Argument[]; // of which the encoder checks each
  };
}

function asGiven(given: readonly unknown[]): readonly Argument[] {
  return given as readonly Argument[]; // of which the encoder checks each
}

function readItem(item: string): Item {
  if (item === '.') return push;
  if (item === '.?') return pushGiven;
  if (item === '*') return spread;
  if (item === '#') return spreadCounted;
  if (item === '%') return spreadRecord;
  return isOptions(item) ? readOptions(item) : push;
}

function takesParameter(item: string): boolean {
  return !/^[A-Z]/.test(item);
}

function optionsAreLast(items: readonly string[]): boolean {
  return !items.slice(0, -1).some(isOptions);
}

function isOptions(item: string): boolean {
  return item.startsWith('{');
}

function push(given: unknown, args: unknown[]): void {
  args.push(given);
}

function pushGiven(given: unknown, args: unknown[]): void {
  if (given !== undefined) args.push(given);
}

function spread(given: unknown, args: unknown[]): void {
  if (Array.isArray(given)) for (const each of given) args.push(each);
  else args.push(given);
}

function spreadCounted(given: unknown, args: unknown[]): void {
  args.push(Array.isArray(given) ? given.length : 1);
  spread(given, args);
}

function spreadRecord(given: unknown, args: unknown[], command: string): void {
  for (const each of pairsOf(given, command)) args.push(each);
}

/**
 * Names and values by turns, of a record or a `Map`.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`: it is neither.
 */
export function pairsOf(given: unknown, command: string): Argument[] {
  const pairs: unknown[] = [];
  if (given instanceof Map) {
    for (const [name, value] of given) pairs.push(name, value);
  } else if (typeof given === 'object' && given !== null && !isList(given)) {
    const record = given as Readonly<Record<string, unknown>>;
    for (const name of Object.keys(record)) pairs.push(name, record[name]);
  } else {
    const form = 'names with their values in a record or a Map: { name: value }';
    throw new UsageError('INVALID_ARGUMENT', `${command} takes ${form}`, { command });
  }
  return pairs as Argument[];
}

function isList(given: object): boolean {
  return Array.isArray(given) || ArrayBuffer.isView(given);
}

type OptionForm = 'alone' | 'with-value' | 'before-each-value';

function readOptions(item: string): Item {
  const forms: Record<string, OptionForm> = {};
  for (const option of item.slice(1, -1).split('|')) {
    const name = option.replace(/\*?=$/, '');
    const form = option.slice(name.length);
    forms[name] = form === '=' ? 'with-value' : form === '*=' ? 'before-each-value' : 'alone';
  }
  const entries = Object.entries(forms);
  return (given, args, command) => {
    if (given === undefined) return;
    const options = checkOptions(command, given, forms);
    for (const [name, form] of entries) {
      const value = options[name];
      if (value === undefined || value === false) continue;
      const token = name.toUpperCase();
      if (form === 'before-each-value') {
        for (const each of Array.isArray(value) ? value : [value]) args.push(token, each);
      } else {
        args.push(token);
        if (form === 'with-value') spread(value, args);
      }
    }
  };
}

function tooMany(command: string, count: number, plan: string): UsageError {
  const hint = plan.includes('{') ? ', of which the last is an object of options' : '';
  return new UsageError(
    'INVALID_ARGUMENT',
    `${command} takes at most ${count} parameters here${hint}`,
    { command },
  );
}
