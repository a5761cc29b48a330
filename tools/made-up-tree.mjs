/** Folders of made-up files, for the tests of the tools. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';

/**
 * Writes files into a new folder that is removed after the test.
 *
 * @param {import('node:test').TestContext} t
 * @param {Readonly<Record<string, string>>} files - Texts by path. One that begins with `#!` can be
 *   run.
 * @returns {string} The folder.
 */
export function madeUpTree(t, files) {
  const folder = mkdtempSync(path.join(realpathSync(os.tmpdir()), 'tree-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    const file = path.join(folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text, { mode: text.startsWith('#!') ? 0o755 : 0o644 });
  }
  return folder;
}
