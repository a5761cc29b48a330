/**
 * Many files of declarations into few: one for each part, and one for each door.
 *
 * Taken is what the doors lead to. The declarations of a part stand behind each other in the order of
 * their imports, with their docstrings; what a module adds to another's interface becomes a
 * declaration that merges with it.
 *
 * Pure: reading and writing files is `write.mjs`.
 */
import path from 'node:path';
import remapping from '@jridgewell/remapping';
import MagicString, { Bundle } from 'magic-string';
import { importsOf } from './part-names.mjs';
import { Reachable } from './reachable.mjs';

/** @typedef {import('./declaration-module.mjs').Declaration} Declaration */
/** @typedef {import('./declaration-module.mjs').DeclarationModule} DeclarationModule */
/** @typedef {import('./reachable.mjs').Content} Content */

/**
 * @typedef {object} Input
 * @property {ReadonlyMap<string, DeclarationModule>} modules - By their file.
 * @property {string} doors - The folder whose files are the doors.
 * @property {import('./parts.mjs').Parts} parts
 * @property {string} folder - The way from the folder of the outcome to the modules.
 * @property {(file: string) => string | null} mapOf - The map that leads from a module to its
 *   source, as JSON.
 */

/**
 * Rolls declarations up.
 *
 * @param {Input} input
 * @returns {Map<string, string>} Texts by file: `<door>.d.ts`, `parts/<part>.d.ts` and the parts'
 *   maps.
 * @throws {Error} A name that means two things, a module that belongs to no part, an import that
 *   leads nowhere.
 */
export function rollUp(input) {
  const reachable = new Reachable(input.modules, input.doors, input.parts);
  /** @type {Map<string, string>} */
  const files = new Map();
  for (const door of reachable.doors) {
    files.set(path.posix.basename(door.file), writeDoor(door, reachable));
  }
  for (const part of Object.keys(input.parts)) {
    const contents = reachable.contentsOf(part);
    if (contents.length === 0) continue;
    const { text, map } = writePart(part, contents, importsOf(reachable, part, contents), input);
    files.set(`parts/${part}.d.ts`, text);
    files.set(`parts/${part}.d.ts.map`, map);
  }
  return files;
}

/**
 * @param {DeclarationModule} door
 * @param {Reachable} reachable
 */
function writeDoor(door, reachable) {
  /** @type {Map<string, string[]>} */
  const exported = new Map();
  for (const { from, names } of reachable.exportsOf(door)) {
    const part = reachable.partOf(from);
    const lines = names.map(({ name, typeOnly }) => `    ${typeOnly ? 'type ' : ''}${name},\n`);
    exported.set(part, [...(exported.get(part) ?? []), ...lines]);
  }
  const header = /^\/\*\*.*?\*\/\n/s.exec(door.text)?.[0] ?? '';
  const doors = door.reexports
    .filter(({ from }) => reachable.isDoor(from))
    .map(({ from }) => `export * from './${path.posix.basename(from, '.d.ts')}.js';\n`);
  const parts = [...exported].map(
    ([part, lines]) => `export {\n${lines.join('')}} from './parts/${part}.js';\n`,
  );
  return [header, ...doors, ...parts].join('');
}

/**
 * @param {string} part
 * @param {readonly Content[]} contents
 * @param {string} imports
 * @param {Input} input
 */
function writePart(part, contents, imports, { folder, mapOf }) {
  const file = `${part}.d.ts`;
  const modules = path.posix.join('..', folder);
  const bundle = new Bundle({ separator: '' });
  for (const content of contents) {
    const filename = path.posix.join(modules, content.module.file);
    bundle.addSource({ filename, content: sectionOf(content) });
  }
  bundle.prepend(imports);
  // A file of declarations without this line exports also what is declared without `export`.
  bundle.append(`\nexport {};\n//# sourceMappingURL=${file}.map\n`);

  const toModules = bundle.generateMap({ file, hires: 'boundary' });
  const toSources = remapping(
    toModules.toString(),
    (name) => mapOf(path.posix.relative(modules, name)),
    { excludeContent: true },
  );
  toSources.file = file;
  return { text: bundle.toString(), map: toSources.toString() };
}

/**
 * What is taken of a module, each declaration at the left margin.
 *
 * @param {Content} content
 */
function sectionOf({ module: { file, text }, declarations }) {
  const section = new MagicString(text);
  let end = 0;
  for (const declaration of declarations) {
    if (declaration.start > end) section.remove(end, declaration.start);
    if (declaration.augments !== undefined) moveOut(section, declaration);
    rewriteSee(section, declaration);
    end = declaration.end;
    section.appendLeft(end, '\n');
  }
  if (end < text.length) section.remove(end, text.length);
  return section.prepend(`\n// ${file.replace(/\.d\.ts$/, '.ts')}\n`);
}

/**
 * Takes an interface out of the block in which it augments a module.
 *
 * @param {MagicString} section
 * @param {Declaration} declaration
 */
function moveOut(section, { start, keyword, end }) {
  const { original } = section;
  const margin = start - (original.lastIndexOf('\n', start) + 1);
  for (let line = original.indexOf('\n', start) + 1; line > 0 && line < end; ) {
    if (/^ +$/.test(original.slice(line, line + margin))) section.remove(line, line + margin);
    line = original.indexOf('\n', line) + 1;
  }
  section.appendLeft(keyword, 'export ');
}

/**
 * Says `@see` in other words. The compiler of every program takes a docstring with that tag apart, to
 * check what it may refer to, and leaves all others alone: two per cent of an empty project's time
 * (bench/types.mjs).
 *
 * @param {MagicString} section
 * @param {Declaration} declaration
 */
function rewriteSee(section, { start, end }) {
  for (const { index } of section.original.matchAll(/(?<=^ *\* )@see(?= )/gm)) {
    if (index >= start && index < end) section.update(index, index + 4, '@remarks See');
  }
}
