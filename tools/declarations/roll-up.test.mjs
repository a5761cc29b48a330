/** Tests of the roll-up, with made-up declarations in the form in which the compiler writes them. */
import assert from 'node:assert/strict';
import { SourceMap } from 'node:module';
import test from 'node:test';
import { readModule } from './declaration-module.mjs';
import { rollUp } from './roll-up.mjs';

/**
 * @param {Readonly<Record<string, string>>} texts - By file, without `.d.ts`.
 * @param {Readonly<Record<string, object>>} [maps] - By file, likewise.
 */
function rolled(texts, maps = {}) {
  return rollUp({
    modules: new Map(
      Object.entries(texts).map(([name, text]) => [
        `${name}.d.ts`,
        readModule(`${name}.d.ts`, text),
      ]),
    ),
    doors: 'entries',
    parts: { low: ['low'], high: ['high'] },
    folder: '../dist',
    mapOf: (file) => {
      const map = maps[file.replace(/\.d\.ts$/, '')];
      return map === undefined ? null : JSON.stringify(map);
    },
  });
}

/**
 * @param {ReadonlyMap<string, string>} files
 * @param {string} name
 */
const textOf = (files, name) => files.get(name)?.replace(/\/\/# sourceMappingURL.*\n/, '');

test('a part holds its modules in the order of their imports, with their docstrings', () => {
  const files = rolled({
    'entries/door': "/** The door. */\nexport { B } from '../low/a.js';\n",
    'low/a': `/** The header. */
import { A } from './z.js';
/** What B is. */
export declare class B extends A {
    /** What it does. */
    act(): void;
}
`,
    'low/z': 'export declare class A {\n}\n',
  });

  assert.equal(
    textOf(files, 'parts/low.d.ts'),
    `
// low/z.ts
export declare class A {
}

// low/a.ts
/** What B is. */
export declare class B extends A {
    /** What it does. */
    act(): void;
}

export {};
`,
  );
  assert.equal(
    files.get('door.d.ts'),
    "/** The door. */\nexport {\n    B,\n} from './parts/low.js';\n",
  );
});

test('what an augmentation adds becomes a merging declaration, at the margin', () => {
  const files = rolled({
    'entries/door': "export type { A } from '../low/a.js';\n",
    'low/a': "export declare class A<S> {\n}\nimport './more.js';\n",
    'low/more': `import type { T } from './t.js';
declare module './a.js' {
    /** More of it. */
    interface A<S> {
        /** Gets it. */
        get(key: T): S;

        set(): A<S>;
    }
}
`,
    'low/t': 'export type T = string;\n',
  });

  assert.match(
    textOf(files, 'parts/low.d.ts') ?? '',
    /\n\/\*\* More of it\. \*\/\nexport interface A<S> \{\n {4}\/\*\* Gets it\. \*\/\n {4}get\(key: T\): S;\n\n {4}set\(\): A<S>;\n\}\n/,
  );
  assert.match(textOf(files, 'parts/low.d.ts') ?? '', /export type T = string;/);
});

test('a docstring says where to read on without the tag that the compiler looks into', () => {
  const files = rolled({
    'entries/door': "export type { A } from '../low/a.js';\n",
    'low/a': `/** @see of a header, which is not taken. */
import './a.js';
export interface A {
    /**
     * Does it.
     *
     * @returns What it is. See also (@see) below.
     * @see https://example.org/
     */
    act(): 1;
}
`,
  });

  const text = textOf(files, 'parts/low.d.ts') ?? '';
  assert.match(text, /^ {5}\* @returns What it is\. See also \(@see\) below\.$/m);
  assert.match(text, /^ {5}\* @remarks See https:\/\/example\.org\/$/m);
  assert.doesNotMatch(text, /header/);
});

test('only what the doors lead to is taken', () => {
  const files = rolled({
    'entries/door': "export { a } from '../low/a.js';\n",
    'low/a': `import type { Used } from './b.js';
interface Options<T> {
    unused(unused: T): void;
}
export declare function a(options: Options<Used>): void;
export declare const unused: number;
export {};
`,
    'low/b': 'export type Used = string;\nexport type Unused = number;\n',
    'high/c': 'export type Other = string;\n',
  });

  const text = textOf(files, 'parts/low.d.ts') ?? '';
  assert.match(text, /^interface Options<T> \{$/m);
  assert.match(text, /Used/);
  assert.doesNotMatch(text, /const unused|Unused/);
  assert.equal(files.has('parts/high.d.ts'), false);
});

test('parts import from each other and from packages, each name once and under its own alias', () => {
  const files = rolled({
    'entries/door': "export { b } from '../high/b.js';\nexport { c } from '../high/c.js';\n",
    'low/a': 'export declare class A {\n}\n',
    'high/b': `import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { A } from '../low/a.js';
export declare function b(a: A, tls: TlsOptions): void;
`,
    'high/c': "import { A } from '../low/a.js';\nexport declare function c(a: A): void;\n",
  });

  assert.deepEqual(textOf(files, 'parts/high.d.ts')?.match(/^import .*$/gm), [
    "import { A } from './low.js';",
    "import { ConnectionOptions as TlsOptions } from 'node:tls';",
  ]);
});

test('a door keeps apart what it exports as a type only, and names what a star stands for', () => {
  const files = rolled({
    'entries/all': "export * from './door.js';\n",
    'entries/door': `export { type A, b } from '../low/a.js';
export type { C } from '../low/a.js';
export type * from '../low/star.js';
`,
    'low/a':
      'export type A = 1;\nexport declare const b: A;\nexport declare class C {\n}\nexport {};\n',
    'low/star': `export interface D {
}
export declare class E {
}
export declare const table: D;
interface Hidden {
}
export {};
`,
  });

  const names = ['type A', 'b', 'type C', 'type D', 'type E'].map((name) => `    ${name},\n`);
  assert.equal(files.get('door.d.ts'), `export {\n${names.join('')}} from './parts/low.js';\n`);
  assert.equal(files.get('all.d.ts'), "export * from './door.js';\n");
  assert.doesNotMatch(textOf(files, 'parts/low.d.ts') ?? '', /table|Hidden/);
});

test('a map leads from a part to the sources', () => {
  const files = rolled(
    {
      'entries/door': "export { B } from '../low/b.js';\n",
      'low/b': "import { A } from './a.js';\nexport declare class B extends A {\n}\n",
      'low/a': 'export declare class A {\n}\n',
    },
    // The third line of the source stands for the second of the declarations.
    { 'low/b': { version: 3, sources: ['../../src/low/b.ts'], names: [], mappings: ';AAEA' } },
  );

  const lines = textOf(files, 'parts/low.d.ts')?.split('\n') ?? [];
  const map = new SourceMap(JSON.parse(files.get('parts/low.d.ts.map') ?? ''));
  const line = lines.findIndex((text) => text.includes('class B'));
  const entry = map.findEntry(line, 0);

  assert.ok('originalSource' in entry);
  assert.equal(entry.originalSource, '../../src/low/b.ts');
  assert.equal(entry.originalLine, 2);
});

const DOOR = "export { a } from '../low/a.js';\nexport { b } from '../low/b.js';\n";

test('a name that two modules declare is refused', () => {
  assert.throws(
    () =>
      rolled({
        'entries/door': DOOR,
        'low/a': 'interface Options {\n}\nexport declare function a(options: Options): void;\n',
        'low/b': 'interface Options {\n}\nexport declare function b(options: Options): void;\n',
      }),
    /^Error: Options is one thing in low\/a\.d\.ts and another in low\/b\.d\.ts: rename one$/,
  );
});

test('an import that hides what another module declares is refused', () => {
  assert.throws(
    () =>
      rolled({
        'entries/door': DOOR,
        'low/a': "import { Server } from 'node:http';\nexport declare const a: Server;\n",
        'low/b': 'interface Server {\n}\nexport declare const b: Server;\n',
      }),
    /Server is one thing in low\/b\.d\.ts and another in node:http \(Server\)/,
  );
});

test('a declaration that hides a global which another module means is refused', () => {
  assert.throws(
    () =>
      rolled({
        'entries/door': DOOR,
        'low/a': 'export declare function a(event: Event): void;\n',
        'low/b': 'interface Event {\n}\nexport declare function b(event: Event): void;\n',
      }),
    /Event is global in low\/a\.d\.ts, and declared in low\/b\.d\.ts/,
  );
});

test('what leads nowhere is refused', () => {
  const missing = { 'entries/door': "export { a } from '../low/a.js';\n" };
  assert.throws(() => rolled(missing), /entries\/door\.d\.ts: there is no low\/a\.d\.ts/);
  assert.throws(
    () => rolled({ ...missing, 'low/a': 'export type b = 1;\n' }),
    /entries\/door\.d\.ts: low\/a\.d\.ts exports no a/,
  );
  assert.throws(
    () =>
      rolled({
        'entries/door': "export { a } from '../elsewhere/a.js';\n",
        'elsewhere/a': 'export type a = 1;\n',
      }),
    /elsewhere\/a\.d\.ts belongs to no part/,
  );
});

for (const form of [
  "import a from './a.js';",
  "import * as a from './a.js';",
  "import { a as b } from './a.js';",
  "export { a as b } from './a.js';",
  "export { a } from 'package';",
  "export * from 'package';",
  'declare const a: 1;\nexport { a };',
  'export default class {\n}',
  'export declare enum A {\n}',
  'declare namespace A {\n}',
  "declare module 'package' {\n    interface A {\n    }\n}",
  "declare module './a.js' {\n    type A = 1;\n}",
  'export declare const a: 1, b: 2;',
  'declare global {\n}',
  "export declare const a: import('./a.js').A;",
]) {
  test(`a form that is not known is refused: ${form.split('\n').at(-1)?.trim()} of ${form.split('\n')[0]}`, () => {
    assert.throws(() => readModule('low/b.d.ts', `export {};\n${form}\n`), /cannot/);
  });
}
