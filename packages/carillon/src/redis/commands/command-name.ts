/** How the methods of the typed commands are called. */

/**
 * The method of a command: its words in lower case, joined in camel case. An underscore stays.
 *
 * @param name - `CONFIG GET`, `CLIENT NO-EVICT`, `EVAL_RO`.
 * @returns `configGet`, `clientNoEvict`, `eval_ro`.
 */
export function methodNameOf(name: string): string {
  return name.toLowerCase().replace(/[ -](.)/g, (_, letter: string) => letter.toUpperCase());
}
