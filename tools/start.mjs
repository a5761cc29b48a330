/**
 * `npm start`: installs and builds what is missing, then becomes the server.
 *
 * The server runs in this process, so that signals, exit code and output are its own. What the
 * set-up has to say goes to standard error. Arguments after `npm start --` are the server's.
 */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from './setup/build.mjs';
import { installDependencies } from './setup/install.mjs';
import { nodeVersionProblem, ROOT } from './setup/repository.mjs';

const CLI = path.join(ROOT, 'packages', 'server', 'dist', 'cli.js');

/**
 * @param {string} message
 * @returns {never}
 */
function fail(message) {
  process.stderr.write(`${message.trimEnd()}\n`);
  process.exit(1);
}

const problem = nodeVersionProblem(process.versions.node);
if (problem !== undefined) fail(problem);

if (!(await installDependencies(ROOT))) process.exit(1);

const built = await build(ROOT);
if (!built.ok) fail(`The build failed:\n${built.output}`);
if (!existsSync(CLI)) fail(`The build made no ${path.relative(ROOT, CLI)}: there is no server.`);

process.argv.splice(1, 1, CLI, 'serve');
await import(pathToFileURL(CLI).href);
