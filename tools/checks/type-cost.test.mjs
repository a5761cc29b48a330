/** Tests of the type-cost check, with made-up fixtures and the real compiler. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { madeUpTree } from '../made-up-tree.mjs';
import { ROOT } from '../setup/repository.mjs';
import { checkTypeCost } from './type-cost.mjs';

const CHEAP = 'export const one: number = 1;\n';
const COSTLY = `
type Count<N extends number, T extends unknown[] = []> =
  T['length'] extends N ? T : Count<N, [...T, unknown]>;
export const many: Count<300>['length'] = 300;
`;

test('a program costs the instantiations that an empty one does not have', async (t) => {
  const fixtures = madeUpTree(t, { 'cheap.ts': CHEAP, 'costly.ts': COSTLY });

  const { costs, findings } = await checkTypeCost(ROOT, fixtures, {
    cheap: { maxInstantiations: 0, maxFiles: 0, reason: '' },
    costly: { maxInstantiations: 100, maxFiles: 0, reason: '' },
  });

  const [cheap, costly] = costs;
  assert.deepEqual([cheap?.fixture, cheap?.instantiations], ['cheap', 0]);
  assert.ok((costly?.instantiations ?? 0) > 300, `${costly?.instantiations} instantiations`);
  assert.deepEqual(
    findings.map(({ where }) => where),
    ['costly'],
  );
});

test('a program costs the files that it loads', async (t) => {
  const fixtures = madeUpTree(t, {
    'one.ts': "export { a } from './library/door.js';\n",
    'library/door.d.ts': "export { a } from './part.js';\n",
    'library/part.d.ts': 'export declare const a: number;\n',
  });

  const { costs, findings } = await checkTypeCost(ROOT, fixtures, {
    one: { maxInstantiations: 0, maxFiles: 1, reason: '' },
  });

  assert.equal(costs[0]?.files, 2);
  assert.match(findings[0]?.what ?? '', /^2 files of declarations, 1 over its budget of 1$/);
});

test('a program that does not compile fails with what the compiler said', async (t) => {
  const fixtures = madeUpTree(t, { 'broken.ts': 'export const one: number = "1";\n' });

  const { costs, findings } = await checkTypeCost(ROOT, fixtures, {
    broken: { maxInstantiations: 1, maxFiles: 0, reason: '' },
  });

  assert.deepEqual(costs, []);
  assert.match(findings[0]?.what ?? '', /does not compile:\n.*TS2322/);
});
