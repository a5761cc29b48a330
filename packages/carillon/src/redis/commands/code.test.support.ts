/** What the tests of scripts and of libraries share: a runner that notes what is sent. */
import type { CodeRunner } from './code-command.js';
import type { Command } from './command.js';

/** Commands by name as they were run, and a runner that runs them. */
export interface NotedRun {
  readonly runner: CodeRunner;
  readonly commands: Command[];
  /** Their names. */
  names(): string[];
}

/**
 * Notes the commands that are run.
 *
 * @param before - Called before each; what it returns is run instead, if anything.
 */
export function noting(
  runner: CodeRunner,
  before: (command: Command) => Promise<unknown> | undefined = () => undefined,
): NotedRun {
  const commands: Command[] = [];
  return {
    commands,
    names: () => commands.map(({ spec }) => spec.name),
    runner: {
      encoding: runner.encoding,
      run<T>(command: Command<T>): Promise<T> {
        commands.push(command as Command);
        const instead = before(command as Command) as Promise<T> | undefined;
        return instead ?? runner.run(command);
      },
    },
  };
}
