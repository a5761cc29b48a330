/** Tests of the suite runner: real runs of `node --test` over made-up test files. */
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { madeUpTree } from '../made-up-tree.mjs';
import { runSuite } from './suite.mjs';

const HEAD =
  "import assert from 'node:assert/strict'; import test, { describe } from 'node:test';\n";

/**
 * @param {import('node:test').TestContext} t
 * @param {Readonly<Record<string, string>>} files - The texts of the test files.
 * @param {Partial<import('./suite.mjs').SuiteRun>} [options]
 */
async function run(t, files, options = {}) {
  const root = madeUpTree(
    t,
    Object.fromEntries(Object.entries(files).map(([name, text]) => [name, HEAD + text])),
  );
  let printed = '';
  const { counts, failures } = await runSuite({
    root,
    files: Object.keys(files),
    deadlineMs: 60_000,
    env: process.env,
    print: (text) => {
      printed += text;
    },
    ...options,
  });
  return { root, counts, failures, printed };
}

test('passed, failed and skipped tests are counted, groups are not', async (t) => {
  const { counts } = await run(t, {
    'a.test.mjs': `
      test('passes', () => {});
      test('fails', () => assert.equal(1, 2));
      test('is skipped', { skip: true }, () => {});
      test('is to do', { todo: true }, () => assert.fail());
      describe('group', () => { test('passes inside', () => {}); });`,
    'b.test.mjs': `test('passes too', () => {});`,
  });

  assert.deepEqual(counts, { passed: 3, failed: 1, skipped: 2 });
});

test('a failure is printed with its file, its names, the difference and the output', async (t) => {
  const { failures, printed } = await run(t, {
    'a.test.mjs': `describe('group', () => {
      test('compares', () => { console.log('before it'); assert.deepEqual({ a: 1 }, { a: 2 }); });
    });`,
  });

  assert.deepEqual(failures, ['a.test.mjs :: group > compares']);
  assert.match(printed, /FAILED a\.test\.mjs :: group > compares/);
  assert.match(printed, /\+ {3}a: 1\n.*- {3}a: 2/s);
  assert.match(printed, /output of a\.test\.mjs:\n\s+before it/);
});

test('a file whose tests pass is one line, without its output', async (t) => {
  const { printed } = await run(t, {
    'a.test.mjs': `test('one', () => console.log('chatter')); test('two', () => {});`,
  });

  assert.equal(printed, '  ok a.test.mjs (2)\n');
});

test('a file that does not load fails with its output', async (t) => {
  const { counts, printed } = await run(t, { 'a.test.mjs': "import './gone.mjs';" });

  assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
  assert.match(printed, /Cannot find module/);
});

test('a file without a test fails', async (t) => {
  const { counts, printed } = await run(t, { 'a.test.mjs': 'export {};' });

  assert.deepEqual(counts, { passed: 0, failed: 1, skipped: 0 });
  assert.match(printed, /FAILED a\.test\.mjs :: the file\n\s+it holds no test/);
});

test('a file that does not exist fails', async (t) => {
  const { counts } = await run(t, {}, { files: ['gone.test.mjs'] });

  assert.equal(counts.failed, 1);
});

test('a failing hook and an error after the tests are failures', async (t) => {
  const { counts } = await run(t, {
    'hook.test.mjs': `import { before } from 'node:test';
      describe('group', () => { before(() => { throw new Error('hook'); }); test('x', () => {}); });`,
    'late.test.mjs': `test('passes', () => {}); setTimeout(() => { throw new Error('late'); }, 20);`,
  });

  assert.equal(counts.passed, 1);
  assert.ok(counts.failed >= 2, `${counts.failed} failed`);
});

test('a hang ends at the deadline, says which test was running, and takes its processes along', async (t) => {
  const { root, counts, printed } = await run(
    t,
    {
      'a.test.mjs': `
        import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
        test('passes', () => {});
        test('never ends', async () => {
          const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'],
            { detached: true, stdio: 'ignore' });
          writeFileSync('pid', String(child.pid));
          await new Promise(() => {});
        });`,
    },
    { deadlineMs: 2_000 },
  );

  assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0 });
  assert.match(printed, /FAILED a\.test\.mjs :: never ends: not done after 2 s, ended/);
  assert.ok(existsSync(path.join(root, 'pid')), 'the test had started its process');
  assert.equal(isRunning(Number(readFileSync(path.join(root, 'pid'), 'utf8'))), false);
});

test('a process that outlives its test file is a failure, and is ended', {
  skip: process.platform === 'linux' ? false : 'finds processes on Linux only',
}, async (t) => {
  const { root, counts, printed } = await run(
    t,
    {
      'a.test.mjs': `
        import { spawn } from 'node:child_process'; import { writeFileSync } from 'node:fs';
        import { tmpdir } from 'node:os';
        test('leaves a process in its temporary folder', () => {
          const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'],
            { detached: true, stdio: 'ignore', cwd: tmpdir(), env: {} });
          child.unref();
          writeFileSync('pid', String(child.pid));
        });`,
    },
    { graceMs: 100 },
  );

  const pid = Number(readFileSync(path.join(root, 'pid'), 'utf8'));
  assert.deepEqual(counts, { passed: 1, failed: 1, skipped: 0 });
  assert.match(printed, new RegExp(`left behind.*\\n\\s+${pid} .*setInterval`));
  assert.equal(isRunning(pid), false);
});

test('a runner that somebody kills is a failure', async (t) => {
  const { counts, printed } = await run(
    t,
    {
      'a.test.mjs': `test('kills its runner', () => {
        process.kill(process.ppid, 'SIGKILL');
        return new Promise(() => { setInterval(() => {}, 1000); });
      });`,
    },
    { graceMs: 100 },
  );

  assert.match(printed, /node --test ended with SIGKILL/);
  assert.equal(counts.passed, 0);
});

test('tests of a suite in another file belong to the file that calls them', async (t) => {
  const { counts, failures } = await run(
    t,
    {
      'contract.mjs': `export const contract = () => test('keeps its promise', () => assert.fail());`,
      'a.test.mjs': "import { contract } from './contract.mjs'; contract();",
    },
    { files: ['a.test.mjs'] },
  );

  assert.equal(counts.failed, 1);
  assert.deepEqual(failures, ['a.test.mjs :: keeps its promise']);
});

test('files that no time was left for are failures', async (t) => {
  const hang = "test('hangs', () => new Promise(() => { setInterval(() => {}, 1000); }));";
  const { counts, failures } = await run(
    t,
    { 'a.test.mjs': hang, 'b.test.mjs': hang, 'c.test.mjs': hang },
    { deadlineMs: 1_000 },
  );

  assert.equal(counts.failed, 3);
  assert.match(failures.join('\n'), /c\.test\.mjs: not started/);
});

test('each suite has a temporary folder of its own, gone afterwards', async (t) => {
  const { root, counts } = await run(t, {
    'a.test.mjs': `
      import { writeFileSync } from 'node:fs'; import { tmpdir } from 'node:os';
      test('uses it', () => {
        writeFileSync(tmpdir() + '/left', ''); writeFileSync('folder', tmpdir());
      });`,
  });

  assert.equal(counts.passed, 1);
  assert.equal(existsSync(readFileSync(path.join(root, 'folder'), 'utf8')), false);
});

/**
 * Whether a process runs; one that has ended and waits to be collected does not.
 *
 * @param {number} pid
 */
function isRunning(pid) {
  try {
    if (process.platform === 'linux') {
      return !/^\d+ \(.*\) [ZX]/.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    }
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
