/**
 * `npm test`: installs and builds what is missing, runs the gates and the suites of the plan.
 *
 * The last line is `N passed, N failed, N skipped`; the exit code is 0 only when nothing failed.
 * This file may import nothing that is not there before the install.
 */

import { installDependencies } from './setup/install.mjs';
import { nodeVersionProblem, ROOT } from './setup/repository.mjs';

const problem = nodeVersionProblem(process.versions.node);
if (problem !== undefined) {
  process.stderr.write(`${problem}\n`);
  process.exit(1);
}
if (!(await installDependencies(ROOT))) process.exit(1);

const { runTests } = await import('./run/tests.mjs');
process.exitCode = await runTests(ROOT, process.argv.slice(2));
