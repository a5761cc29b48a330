/**
 * The declarations that users of the library get: rolls up what the compiler wrote in `dist/` and
 * writes it to `types/`, which the doors in package.json name.
 *
 * Whoever reads `types/` calls this first; it costs a fraction of a second, and writes only what
 * differs. The packages of the workspace read `dist/`, by the paths in `tsconfig.base.json`: the
 * compiler alone must be able to build them.
 */
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { readModule } from './declaration-module.mjs';
import { PARTS } from './parts.mjs';
import { rollUp } from './roll-up.mjs';

const LIBRARY = path.join('packages', 'carillon');

/**
 * Makes `types/` what `dist/` gives.
 *
 * @param {string} root - The repository's top folder, built.
 * @throws {Error} What cannot be rolled up, and why.
 */
export function writeDeclarations(root) {
  const dist = path.join(root, LIBRARY, 'dist');
  const types = path.join(root, LIBRARY, 'types');
  const files = rollUp({
    modules: readModules(dist),
    doors: 'entries',
    parts: PARTS,
    mapOf: (file) => textOf(path.join(dist, `${file}.map`)),
    folder: '../dist',
  });

  // Not in types/, where what a killed process leaves would be packed.
  const unfinished = path.join(root, '.cache', `declarations-${process.pid}`);
  for (const [name, text] of files) write(path.join(types, name), text, unfinished);
  for (const found of readdirSync(types, { recursive: true, withFileTypes: true })) {
    const file = path.join(found.parentPath, found.name);
    const name = path.relative(types, file).replaceAll(path.sep, '/');
    if (found.isFile() && /\.d\.ts(\.map)?$/.test(name) && !files.has(name)) rmSync(file);
  }
}

/**
 * @param {string} dist
 * @returns {Map<string, import('./declaration-module.mjs').DeclarationModule>}
 */
function readModules(dist) {
  return new Map(
    readdirSync(dist, { recursive: true, encoding: 'utf8' })
      .map((name) => name.replaceAll(path.sep, '/'))
      .filter((name) => name.endsWith('.d.ts') && !name.includes('.test.'))
      .sort()
      .map((name) => [name, readModule(name, readFileSync(path.join(dist, name), 'utf8'))]),
  );
}

/**
 * Writes a file at once or not at all: another process may be reading it.
 *
 * @param {string} file
 * @param {string} text
 * @param {string} unfinished - Another, which becomes this one.
 */
function write(file, text, unfinished) {
  if (textOf(file) === text) return;
  for (const each of [file, unfinished]) mkdirSync(path.dirname(each), { recursive: true });
  writeFileSync(unfinished, text);
  renameSync(unfinished, file);
}

/**
 * @param {string} file
 * @returns {string | null} Its text, if there is such a file.
 */
function textOf(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}
