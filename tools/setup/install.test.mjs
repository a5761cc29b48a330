/** Tests of the install stamp, of the versions of Node, and of running commands. */
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { madeUpTree } from '../made-up-tree.mjs';
import { capture } from './command.mjs';
import { installDependencies, installStamp } from './install.mjs';
import { nodeVersionProblem } from './repository.mjs';

/** @param {import('node:test').TestContext} t */
function repository(t) {
  return madeUpTree(t, {
    'package.json': '{ "workspaces": ["packages/a"] }',
    'package-lock.json': '{}',
    'packages/a/package.json': '{ "name": "a" }',
    'packages/a/readme.txt': 'one',
  });
}

test('the stamp changes with the lockfile, a manifest and the settings of npm, and with nothing else', (t) => {
  const root = repository(t);
  const stamps = [installStamp(root)];

  writeFileSync(path.join(root, 'packages/a/readme.txt'), 'two');
  assert.equal(installStamp(root), stamps[0]);

  for (const file of ['package-lock.json', 'packages/a/package.json', '.npmrc']) {
    writeFileSync(path.join(root, file), '{ "changed": true }');
    stamps.push(installStamp(root));
  }
  assert.equal(new Set(stamps).size, 4);
});

test('nothing is installed while the stamp is right', async (t) => {
  const root = repository(t);
  mkdirSync(path.join(root, 'node_modules'));
  writeFileSync(path.join(root, 'node_modules', '.carillon-install'), installStamp(root));

  // npm would refuse this lockfile: success shows that it was not asked.
  assert.equal(await installDependencies(root), true);
});

test('Node from 20.19 on will do, and an older one is told what to get', () => {
  for (const version of ['20.19.0', '20.20.2', '22.0.0', '24.1.0']) {
    assert.equal(nodeVersionProblem(version), undefined, version);
  }
  for (const version of ['18.20.8', '20.18.3']) {
    assert.match(nodeVersionProblem(version) ?? '', /needs Node 20\.19/, version);
  }
});

test('a command that cannot be started has failed and says why', async () => {
  const { ok, output } = await capture('/nowhere/program', []);

  assert.equal(ok, false);
  assert.match(output, /ENOENT/);
});
