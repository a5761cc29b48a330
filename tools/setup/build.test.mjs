import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { test } from 'node:test';
import { build } from './build.mjs';

test('a build removes the output of sources that are gone, and nothing else', async (t) => {
  const root = mkdtempSync(path.join(tmpdir(), 'build-'));
  t.after(() => rmSync(root, { recursive: true }));
  const kept = [
    'src/deep/kept.ts',
    'dist/deep/kept.js',
    'dist/deep/kept.d.ts',
    'dist/.tsbuildinfo',
  ];
  const gone = ['dist/gone.js', 'dist/deep/gone.d.ts', 'dist/deep/gone.js.map'];
  mkdirSync(path.join(root, 'packages/a/src/deep'), { recursive: true });
  mkdirSync(path.join(root, 'packages/a/dist/deep'), { recursive: true });
  mkdirSync(path.join(root, 'packages/b'));
  for (const file of [...kept, ...gone]) writeFileSync(path.join(root, 'packages/a', file), '');

  await build(root); // there is no compiler in that folder; what it would do is not the point

  const exists = (/** @type {string} */ file) => existsSync(path.join(root, 'packages/a', file));
  assert.deepEqual(kept.filter(exists), kept);
  assert.deepEqual(gone.filter(exists), []);
});
