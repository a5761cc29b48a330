/** Tests of what is written where, over a made-up library. */
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { madeUpTree } from '../made-up-tree.mjs';
import { writeDeclarations } from './write.mjs';

const LIBRARY = {
  'packages/carillon/dist/entries/redis.d.ts': "export { a } from '../redis/a.js';\n",
  'packages/carillon/dist/redis/a.d.ts': 'export declare const a: 1;\n',
  'packages/carillon/dist/redis/a.test.d.ts': 'no declarations that anybody reads',
};

/** @param {string} root */
function typesOf(root) {
  const types = path.join(root, 'packages/carillon/types');
  return {
    part: path.join(types, 'parts/redis.d.ts'),
    all: () => readdirSync(types, { recursive: true, encoding: 'utf8' }).sort(),
  };
}

test('what an earlier roll-up left is replaced or removed', (t) => {
  const root = madeUpTree(t, {
    ...LIBRARY,
    'packages/carillon/types/parts/redis.d.ts': 'export declare const a: 2;\n',
    'packages/carillon/types/parts/gone.d.ts': '',
    'packages/carillon/types/gone.d.ts.map': '',
  });
  const { part, all } = typesOf(root);

  writeDeclarations(root);

  assert.match(readFileSync(part, 'utf8'), /^export declare const a: 1;$/m);
  assert.deepEqual(all(), ['parts', 'parts/redis.d.ts', 'parts/redis.d.ts.map', 'redis.d.ts']);
});

test('what is as it should be is not written again', (t) => {
  const root = madeUpTree(t, LIBRARY);
  const { part } = typesOf(root);
  writeDeclarations(root);
  const before = new Date(1_000_000);
  utimesSync(part, before, before);

  writeDeclarations(root);

  assert.equal(statSync(part).mtimeMs, before.getTime());
});

test('what cannot be rolled up leaves what was there', (t) => {
  const root = madeUpTree(t, {
    ...LIBRARY,
    'packages/carillon/dist/redis/a.d.ts': 'export default 1;\n',
  });

  assert.throws(() => writeDeclarations(root), /redis\/a\.d\.ts:1: cannot roll up/);
  assert.equal(existsSync(typesOf(root).part), false);
});
