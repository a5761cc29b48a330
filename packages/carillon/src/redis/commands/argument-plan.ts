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
 * | `#%` | as `%` does, with the number of names before it |
 * | `WORD` | that word |
 * | `{nx|ex=|get*=}` | what the last parameter, an object, asks for, in this order: a word alone, a word with a value or an array of them, a word before each of several values |
 *
 * Options may stand in the middle of a plan, where the server wants them; the object that asks for them
 * is the last parameter all the same, after as many as the other items take.
 *
 * Without a plan the parameters are the arguments.
 */
import { UsageError } from '../errors/usage-error.js';
import type { Argument } from '../protocol/encoder.js';
import { checkOptionNames } from './options.js';

/**
 * Makes arguments of parameters.
 *
 * @throws {UsageError} `INVALID_ARGUMENT`: one of them has the wrong form. What only the server can
 *   judge is left to it.
 */
export type WriteArguments = (given: readonly unknown[]) => readonly Argument[];

/** Writes what one item sends. @returns The index of the next parameter. */
type Step = (given: readonly unknown[], next: number, args: unknown[]) => number;

/** The items that there are. */
const ITEM = /^(\.\??|\.{3}|\*|#|#?%|[A-Z][A-Z0-9-]*|\{(\w[\w-]*(\*?=)?\|)*\w[\w-]*(\*?=)?\})$/;

/**
 * Reads a plan.
 *
 * @param command - For messages.
 * @throws {UsageError} `INVALID_ARGUMENT`: an item is none.
 */
export function readPlan(plan: string, command: string): WriteArguments {
  if (plan === '') return asGiven;
  const items = plan.split(' ');
  const wrong = items.find((item) => !ITEM.test(item));
  if (wrong !== undefined) {
    throw invalid(command, `has a plan with \`${wrong}\`, which means nothing`);
  }
  const isOpen = items.includes('...');
  const count = items.filter(takesParameter).length;
  const positional = items.filter((item) => takesParameter(item) && !isOptions(item)).length;
  const steps = items.map((item) => readItem(item, command, positional));
  const isDirect = items.every(
    (item, index) => isDirectItem(item) || (isOptions(item) && index === items.length - 1),
  );

  return (given) => {
    // Most calls have no options and no arrays: what is given is what is sent.
    if (isDirect && (isOpen || given.length <= positional) && !hasArray(given)) {
      return given as Argument[];
    }
    if (!isOpen && given.length > count) throw tooMany(command, count, plan.includes('{'));
    const args: unknown[] = [];
    let next = 0;
    for (const step of steps) next = step(given, next, args);
    return args as Argument[]; // of which the encoder checks each
  };
}

function asGiven(given: readonly unknown[]): readonly Argument[] {
  return given as readonly Argument[]; // of which the encoder checks each
}

function hasArray(given: readonly unknown[]): boolean {
  for (const each of given) if (Array.isArray(each)) return true;
  return false;
}

function readItem(item: string, command: string, positional: number): Step {
  if (isOptions(item)) return optionsStep(item, command, positional);
  switch (item) {
    case '.':
      return push;
    case '.?':
      return pushGiven;
    case '*':
      return atLeastOne(spread, command);
    case '...':
      return atLeastOne(spreadAll, command);
    case '#':
      return atLeastOne(spreadCounted, command, 1);
    case '%':
    case '#%':
      return atLeastOne(
        (given, next, args) => {
          const pairs = pairsOf(given[next], command);
          if (item === '#%') args.push(pairs.length / 2);
          for (const each of pairs) args.push(each);
          return next + 1;
        },
        command,
        item.length - 1,
      );
    default:
      return (_given, next, args) => {
        args.push(item);
        return next;
      };
  }
}

function takesParameter(item: string): boolean {
  return !/^[A-Z]/.test(item);
}

function isDirectItem(item: string): boolean {
  return item === '.' || item === '*' || item === '...';
}

function isOptions(item: string): boolean {
  return item.startsWith('{');
}

function push(given: readonly unknown[], next: number, args: unknown[]): number {
  args.push(given[next]);
  return next + 1;
}

function pushGiven(given: readonly unknown[], next: number, args: unknown[]): number {
  if (given[next] !== undefined) args.push(given[next]);
  return next + 1;
}

/**
 * Refuses an empty array where a list stands: no command needs to be told of nothing, and some would
 * take it for all there is.
 *
 * @param others - Arguments that the step pushes beside those of the list.
 */
function atLeastOne(step: Step, command: string, others = 0): Step {
  return (given, next, args) => {
    const before = args.length + others;
    const behind = step(given, next, args);
    if (args.length === before && behind > next) {
      throw invalid(command, 'was given nothing: an empty list or record');
    }
    return behind;
  };
}

function spread(given: readonly unknown[], next: number, args: unknown[]): number {
  pushEach(given[next], args);
  return next + 1;
}

function spreadAll(given: readonly unknown[], next: number, args: unknown[]): number {
  for (let i = next; i < given.length; i++) pushEach(given[i], args);
  return given.length;
}

function spreadCounted(given: readonly unknown[], next: number, args: unknown[]): number {
  const list = given[next];
  args.push(Array.isArray(list) ? list.length : 1);
  return spread(given, next, args);
}

function pushEach(given: unknown, args: unknown[]): void {
  if (Array.isArray(given)) for (const each of given) args.push(each);
  else args.push(given);
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
    throw invalid(command, 'takes names with their values in a record or a Map: { name: value }');
  }
  return pairs as Argument[];
}

function isList(given: object): boolean {
  return Array.isArray(given) || ArrayBuffer.isView(given);
}

/** What an option sends. */
interface OptionForm {
  readonly token: string;
  readonly hasValue: boolean;
  /** The token stands before each of several values. */
  readonly repeatsToken: boolean;
}

function optionsStep(item: string, command: string, place: number): Step {
  const forms: Record<string, OptionForm> = {};
  for (const option of item.slice(1, -1).split('|')) {
    const [, name = '', mark] = /^([\w-]+)(\*?=)?$/.exec(option) ?? [];
    const token = name.toUpperCase();
    forms[name] = { token, hasValue: mark !== undefined, repeatsToken: mark === '*=' };
  }
  const names = Object.keys(forms);
  return (given, next, args) => {
    if (given[place] === undefined) return next;
    const options = checkOptionNames(command, given[place], forms);
    const asked = Object.keys(options);
    // One alone needs no order.
    for (const name of asked.length === 1 ? asked : names) {
      const value = options[name];
      const form = forms[name] as OptionForm;
      if (!form.hasValue && value !== undefined && typeof value !== 'boolean') {
        throw invalid(command, `has \`${name}\` as a flag: \`true\` or \`false\``);
      }
      pushOption(value, form, args);
    }
    return next;
  };
}

function pushOption(
  value: unknown,
  { token, hasValue, repeatsToken }: OptionForm,
  args: unknown[],
): void {
  if (value === undefined || value === false) return;
  if (repeatsToken) {
    for (const each of Array.isArray(value) ? value : [value]) args.push(token, each);
    return;
  }
  args.push(token);
  if (hasValue) pushEach(value, args);
}

/** What to say of parameters that would be left out in silence. */
export function tooMany(command: string, most: number, hasOptions = false): UsageError {
  const hint = hasOptions ? ', of which the last is an object of options' : '';
  const count = most === 1 ? '1 parameter' : `${most} parameters`;
  return invalid(command, `takes at most ${count} here${hint}`);
}

function invalid(command: string, mistake: string): UsageError {
  return new UsageError('INVALID_ARGUMENT', `${command} ${mistake}`, { command });
}
