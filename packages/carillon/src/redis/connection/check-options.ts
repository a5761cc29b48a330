/**
 * Checks options against what each must be, and listeners, for callers without types: a misspelled or
 * mistyped option is an error that names it, not a default that surprises later, and so is the name of
 * an event that will never come.
 */
import { type OptionRequirement, problemOf } from '../../util/option-requirement.js';
import { UsageError } from '../errors/usage-error.js';

/** What an option must be: in words for the error, and as a test. */
export type Requirement = OptionRequirement;

/** Also the empty one. */
export const aString: Requirement = ['a string', (value) => typeof value === 'string'];
/** `true` or `false`; nothing that merely counts as either. */
export const aBoolean: Requirement = ['true or false', (value) => typeof value === 'boolean'];
/** 0, 1 and so on, as far as numbers hold integers. */
export const anIntegerFromZero: Requirement = [
  'an integer from 0',
  (value) => Number.isSafeInteger(value) && (value as number) >= 0,
];
/** `Infinity` included. */
export const aPositiveNumber: Requirement = [
  'a number greater than 0',
  (value) => typeof value === 'number' && value > 0,
];
/** `Infinity` included. */
export const aPositiveCount: Requirement = [
  'a positive integer',
  (value) =>
    value === Number.POSITIVE_INFINITY || (Number.isSafeInteger(value) && (value as number) > 0),
];

/**
 * Checks every option that was given; `undefined` counts as not given.
 *
 * @throws {UsageError} `INVALID_OPTION`, with the option's name and never its value.
 */
export function checkOptions(
  options: unknown,
  requirements: Readonly<Record<string, Requirement>>,
): void {
  const problem = problemOf(options, requirements);
  if (problem !== undefined) throw new UsageError('INVALID_OPTION', problem);
}

/** @throws {UsageError} `INVALID_ARGUMENT`: it is no index of a database. */
export function checkDatabase(db: unknown): void {
  const [expected, accepts] = anIntegerFromZero;
  if (!accepts(db)) throw new UsageError('INVALID_ARGUMENT', `a database is ${expected}`);
}

/**
 * Checks what `on` was given.
 *
 * @param events - The names there are.
 * @throws {UsageError} `INVALID_ARGUMENT`: there is no such event, or the listener is no function.
 */
export function checkListener(
  event: unknown,
  listener: unknown,
  events: Readonly<Record<string, true>>,
): void {
  if (typeof event !== 'string' || !Object.hasOwn(events, event)) {
    const name = typeof event === 'string' ? `\`${event}\`` : `that is a ${typeof event}`;
    const known = Object.keys(events).join(', ');
    throw new UsageError('INVALID_ARGUMENT', `there is no event ${name} (known: ${known})`);
  }
  if (typeof listener !== 'function') {
    throw new UsageError('INVALID_ARGUMENT', `the listener of \`${event}\` must be a function`);
  }
}
