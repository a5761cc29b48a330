/** What a view of a client holds for every command of it: options, and a namespace. */
import { type CallOptions, type Command, withDefaults } from './command.js';
import type { Namespace } from './namespace.js';

/** The scope of a view. */
export interface Scope {
  /** For commands that have none of their own. */
  readonly options?: CallOptions | undefined;
  readonly namespace?: Namespace | undefined;
}

/** Of what is no view: commands run as they are. */
export const NO_SCOPE: Scope = {};

/**
 * Makes a command, not yet started, one of a scope.
 *
 * @throws {UsageError} `OUTSIDE_NAMESPACE`; the command is as it was.
 */
export function enterScope(command: Command, { options, namespace }: Scope): void {
  namespace?.enter(command);
  command.options = withDefaults(command.options, options);
}
