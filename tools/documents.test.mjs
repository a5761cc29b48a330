/**
 * The documents are true where a machine can tell: what they link to and name exists, and so do the
 * tests of the invariants.
 */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';

const TOP = new URL('../', import.meta.url);
const LIBRARY = 'packages/carillon/src/';

/** @param {string} path */
const read = (path) => readFileSync(new URL(path, TOP), 'utf8');

/**
 * A path as the map writes it: from the top, or from the library's sources.
 *
 * @param {string} path
 */
const locate = (path) =>
  [path, LIBRARY + path].find((candidate) => existsSync(new URL(candidate, TOP)));

const architecture = read('ARCHITECTURE.md');

test('every file and folder that ARCHITECTURE.md names exists', () => {
  const named = [...architecture.matchAll(/`([\w@./-]+(?:\.ts|\.mjs|\.md|\.json|\/))`/g)];
  const missing = named.map(([, path]) => path ?? '').filter((path) => !locate(path));

  assert.ok(named.length > 40);
  // `public/` and its like are named within a row that says whose they are.
  const relative = [
    'public/',
    'setup/',
    'run/',
    'checks/',
    'packaging/',
    'runtimes/',
    'error-table.ts',
  ];
  assert.deepEqual(
    missing.filter((path) => !relative.includes(path)),
    [],
  );
});

test('every invariant names a test that exists', () => {
  const section = architecture.split('## Invariants')[1]?.split('\n## ')[0] ?? '';
  const rows = [...section.matchAll(/^\| [^|]+ \| `([^`]+\.test\.ts)` \| (.+) \|$/gm)];
  const missing = rows.filter(([, file, name]) => {
    const path = locate(file ?? '');
    return path === undefined || !read(path).includes(name ?? '');
  });

  assert.ok(rows.length > 15);
  assert.deepEqual(
    missing.map(([row]) => row),
    [],
  );
});

test('every relative link of a document leads somewhere', () => {
  const documents = [
    '',
    'docs/',
    'bench/',
    'packages/carillon/',
    'packages/server/',
    'packages/test-kit/',
  ]
    .flatMap((folder) => readdirSync(new URL(folder || '.', TOP)).map((name) => folder + name))
    .filter((path) => path.endsWith('.md'));
  const dead = documents.flatMap((path) =>
    [...read(path).matchAll(/\]\((?!https?:|#)([^)#]+)/g)]
      .map(([, target]) => target ?? '')
      .filter((target) => !existsSync(new URL(target, new URL(path, TOP))))
      .map((target) => `${path}: ${target}`),
  );

  assert.ok(documents.length > 10);
  assert.deepEqual(dead, []);
});
