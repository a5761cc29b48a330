/** Tests of finding and installing programs, with made-up programs and a made-up apt-get. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { madeUpTree } from '../made-up-tree.mjs';
import { Debian, debianProblem } from './debian.mjs';
import { provide } from './programs.mjs';

const RUNS = '#!/bin/sh\necho "Made-up server v=1.2.3"\n';
const BREAKS = '#!/bin/sh\nexit 1\n';
const PROGRAM = {
  label: 'made-up server',
  variable: 'MADE_UP_SERVER',
  names: ['first-server', 'second-server'],
  debianPackage: 'made-up',
  byHand: 'get it',
};

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {Partial<import('./programs.mjs').Provider>} [more]
 * @returns {import('./programs.mjs').Provider}
 */
const machine = (env, more = {}) => ({
  env,
  installProblem: 'not root',
  install: () => assert.fail('nothing is to be installed'),
  ...more,
});

test('a program named by its variable is taken before PATH', async (t) => {
  const folder = madeUpTree(t, { named: RUNS, 'bin/first-server': RUNS });
  const env = { PATH: path.join(folder, 'bin'), MADE_UP_SERVER: path.join(folder, 'named') };

  assert.deepEqual(await provide(PROGRAM, machine(env)), {
    path: path.join(folder, 'named'),
    version: 'Made-up server v=1.2.3',
  });
});

test('a variable that names no program is a mistake to correct, not to work around', async (t) => {
  const folder = madeUpTree(t, { 'bin/first-server': RUNS });
  const env = { PATH: path.join(folder, 'bin'), MADE_UP_SERVER: '/nowhere' };

  const result = await provide(PROGRAM, machine(env));

  assert.match('problem' in result ? result.problem : '', /MADE_UP_SERVER is set to \/nowhere/);
});

test('the first name on PATH that runs is taken', async (t) => {
  const folder = madeUpTree(t, { 'bin/first-server': BREAKS, 'more/second-server': RUNS });
  const env = { PATH: `${folder}/bin:${folder}/more` };

  const result = await provide(PROGRAM, machine(env));

  assert.equal('path' in result && result.path, path.join(folder, 'more', 'second-server'));
});

test('a program that is not there is installed and found', async (t) => {
  const folder = madeUpTree(t, { 'bin/other': RUNS });
  const file = path.join(folder, 'bin', 'second-server');

  const result = await provide(
    PROGRAM,
    machine(
      { PATH: path.join(folder, 'bin') },
      {
        installProblem: undefined,
        install: async (name) => {
          assert.equal(name, 'made-up');
          writeFileSync(file, RUNS, { mode: 0o755 });
          return undefined;
        },
      },
    ),
  );

  assert.equal('path' in result && result.path, file);
});

test('one message says what is missing, why it was not installed, and how to get it', async () => {
  const result = await provide(PROGRAM, machine({ PATH: '' }));

  assert.deepEqual(result, {
    problem:
      'No made-up server on PATH (first-server, second-server), and it cannot be installed from here: not root.\n' +
      'Install it (get it) or set MADE_UP_SERVER to its path.',
  });
});

test('a package that brings no program is told as such', async () => {
  const result = await provide(
    PROGRAM,
    machine({ PATH: '' }, { installProblem: undefined, install: async () => undefined }),
  );

  assert.match('problem' in result ? result.problem : '', /package made-up brought no program/);
});

test('packages can be installed on Debian and Ubuntu as root only', (t) => {
  const env = { PATH: madeUpTree(t, { 'apt-get': RUNS }) };
  const debian = 'NAME="Debian"\nID=debian\n';

  assert.equal(debianProblem({ env, osRelease: debian, userId: 0 }), undefined);
  assert.equal(
    debianProblem({ env, osRelease: 'ID=mint\nID_LIKE="ubuntu debian"', userId: 0 }),
    undefined,
  );
  assert.match(debianProblem({ env, osRelease: 'ID=fedora\n', userId: 0 }) ?? '', /not on Debian/);
  assert.match(debianProblem({ env, osRelease: debian, userId: 1000 }) ?? '', /not root/);
  assert.match(debianProblem({ env: {}, osRelease: debian, userId: 0 }) ?? '', /no apt-get/);
});

/** Writes down how it was called, and whether services were held at that time. */
const APT = `#!/bin/sh
printf '%s %s held=%s\\n' "$1" "$DEBIAN_FRONTEND" "$([ -x "$POLICY" ] && echo yes || echo no)" >>"$LOG"
[ "$1" = install ] && [ -n "$BLOCK" ] && sleep 60
[ "$1" = install ] && [ -n "$BREAK" ] && { echo 'E: Unable to locate package' >&2; exit 100; }
exit 0
`;

/**
 * @param {import('node:test').TestContext} t
 * @param {NodeJS.ProcessEnv} [more]
 */
function madeUpDebian(t, more = {}) {
  const folder = madeUpTree(t, { 'bin/apt-get': APT });
  const policy = path.join(folder, 'policy-rc.d');
  const log = path.join(folder, 'log');
  const env = { PATH: `${folder}/bin:/usr/bin:/bin`, LOG: log, POLICY: policy, ...more };
  return { debian: new Debian({ env, policy }), env, policy, log };
}

test('lists are updated once, and services are held back while a package is installed', async (t) => {
  const { debian, policy, log } = madeUpDebian(t);

  assert.equal(await debian.install('one'), undefined);
  assert.equal(await debian.install('two'), undefined);

  assert.deepEqual(readFileSync(log, 'utf8').trim().split('\n'), [
    'update noninteractive held=no',
    'install noninteractive held=yes',
    'install noninteractive held=yes',
  ]);
  assert.equal(existsSync(policy), false);
});

test("somebody else's policy about services stays as it is", async (t) => {
  const { debian, policy } = madeUpDebian(t);
  writeFileSync(policy, '#!/bin/sh\nexit 0\n');

  assert.equal(await debian.install('one'), undefined);

  assert.equal(readFileSync(policy, 'utf8'), '#!/bin/sh\nexit 0\n');
});

test('a failed install says what apt-get said, and leaves no policy behind', async (t) => {
  const { debian, policy } = madeUpDebian(t, { BREAK: 'yes' });

  assert.match((await debian.install('one')) ?? '', /Unable to locate package/);
  assert.equal(existsSync(policy), false);
});

test('an interrupted install leaves no policy behind', async (t) => {
  const { env, policy } = madeUpDebian(t, { BLOCK: 'yes' });
  const module = pathToFileURL(path.join(import.meta.dirname, 'debian.mjs')).href;
  const script = `import { Debian } from '${module}';
    await new Debian({ policy: process.env.POLICY }).install('one');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script], {
    env,
    stdio: 'ignore',
    detached: true,
  });
  const ended = once(child, 'exit');

  const deadline = Date.now() + 10_000;
  while (!existsSync(policy)) {
    assert.ok(Date.now() < deadline, 'the install began');
    await delay(20);
  }
  process.kill(-(child.pid ?? 0), 'SIGTERM'); // as from a terminal: apt-get gets it too

  await ended;
  assert.equal(existsSync(policy), false);
});
