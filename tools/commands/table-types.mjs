/** What the tables in `table/` say about each command: what no server tells. */

/**
 * A command whose method is generated.
 *
 * @typedef {object} GeneratedCommand
 * @property {string} summary - The docstring's first sentences, in our words.
 * @property {string} reply - A name in `reply-types.mjs`.
 * @property {string} [returns] - What the value means, where the type does not say it.
 * @property {string} [throws] - An error worth knowing of: `{ReplyError} The value is no integer.`
 * @property {Readonly<Record<string, string>>} [parameters] - Meaning or unit of parameters and options
 *   by name; what is the same everywhere stands in `meanings.mjs`.
 * @property {Readonly<Record<string, string>>} [names] - Better names than the servers', by theirs in
 *   camel case: `{ timeout: 'timeoutSeconds' }`.
 * @property {Readonly<Record<string, string>>} [types] - Better types, by the final name.
 * @property {string} [signature] - The parameters in TypeScript, where the facts do not give them.
 * @property {string} [typeParameters] - What `signature` is generic in: `T extends ValuesOf<T>`.
 * @property {string} [plan] - How they become arguments (`argument-plan.ts`); goes with `signature`.
 */

/**
 * A command whose method is declared in `redis/commands/by-hand/`. Where a plan and a reader say how it is
 * sent and read, they stand here; otherwise that is written there, too.
 *
 * @typedef {object} CommandByHand
 * @property {string} byHand - Why: one clause.
 * @property {string} [plan] - How the parameters become arguments (`argument-plan.ts`).
 * @property {string} [reader] - How the reply is read: a name in `replies.ts`.
 */

/**
 * The commands of one group.
 *
 * @typedef {Readonly<Record<string, GeneratedCommand | CommandByHand>>} GroupTable
 */

export {};
