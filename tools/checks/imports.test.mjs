/** Tests of the import reader. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { firstOtherStatement, readImports } from './imports.mjs';

test('every form of import and re-export is found with its line', () => {
  const source = [
    "import './side-effect.js';",
    "import value from './default.js';",
    "import * as all from './namespace.js';",
    "import value, { other } from './both.js';",
    'import {',
    '  first,',
    '  type Second,',
    "} from './several-lines.js';",
    "export { name } from './named.js';",
    "export * from './star.js';",
    "export * as group from './group.js';",
    'async function load() {',
    "  return import('./lazy.js');",
    '}',
  ].join('\n');

  assert.deepEqual(
    readImports(source).map(({ from, line }) => [from, line]),
    [
      ['./side-effect.js', 1],
      ['./default.js', 2],
      ['./namespace.js', 3],
      ['./both.js', 4],
      ['./several-lines.js', 5],
      ['./named.js', 9],
      ['./star.js', 10],
      ['./group.js', 11],
      ['./lazy.js', 13],
    ],
  );
});

test('only what vanishes at run time is a type import', () => {
  const typeOnly = Object.fromEntries(
    readImports(
      [
        "import type { A } from './type-names.js';",
        "import type B from './type-default.js';",
        "export type { C } from './type-export.js';",
        "export type * from './type-star.js';",
        "import { type D } from './empty-import.js';",
        "import type, { E } from './named-type.js';",
        "import { F } from './value.js';",
      ].join('\n'),
    ).map(({ from, typeOnly }) => [from, typeOnly]),
  );

  assert.deepEqual(typeOnly, {
    './type-names.js': true,
    './type-default.js': true,
    './type-export.js': true,
    './type-star.js': true,
    './empty-import.js': false,
    './named-type.js': false,
    './value.js': false,
  });
});

test('imports in comments are not imports', () => {
  const source = [
    '/**',
    " * import { a } from './documented.js';",
    " * await import('./documented.js')",
    ' */',
    "// import { b } from './disabled.js';",
    "import { c } from './real.js';",
  ].join('\n');

  assert.deepEqual(readImports(source), [{ from: './real.js', typeOnly: false, line: 6 }]);
});

test('a statement before an import does not run into it', () => {
  const source = ['export class Empty {}', "export type { A } from './a.js';"].join('\n');

  assert.deepEqual(readImports(source), [{ from: './a.js', typeOnly: true, line: 2 }]);
});

test('an import of a computed name is found without a name', () => {
  assert.deepEqual(readImports('const x = await import(name);'), [
    { from: undefined, typeOnly: false, line: 1 },
  ]);
});

test('a file of exports holds no other statement, however they are written', () => {
  const source = [
    '/** A door. */',
    "export { a } from './a.js';",
    'export {',
    '  b,',
    "} from './b.js';",
    "export type { C } from './c.js';",
    "export * from './d.js';",
    'export {};',
    '',
  ].join('\n');

  assert.equal(firstOtherStatement(source), undefined);
});

test('the first statement that is not an export is told with its line', () => {
  const source = ["export { a } from './a.js';", '', 'export const b = 1;'].join('\n');

  assert.deepEqual(firstOtherStatement(source), { line: 3, text: 'export const b = 1;' });
});

test('an import is a statement that a door does not hold', () => {
  const source = "import { a } from './a.js';\nexport { a };\n";

  assert.equal(firstOtherStatement(source)?.line, 1);
});
