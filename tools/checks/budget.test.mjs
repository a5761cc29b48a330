/** Tests of budgets, and of the sizes of made-up doors. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { madeUpTree } from '../made-up-tree.mjs';
import { compareNames, compareWithBudget } from './budget.mjs';
import { checkSizes } from './sizes.mjs';

/**
 * @param {number} actual
 * @param {number} budget
 */
const compare = (actual, budget) =>
  compareWithBudget({ what: 'door', actual, budget, room: 100, unit: 'bytes', mend: 'Shrink it.' });

test('a number within its budget passes, up to the last byte', () => {
  assert.deepEqual(compare(1000, 1000), []);
  assert.deepEqual(compare(1000, 1250), []);
});

test('a number over its budget fails and says by how much', () => {
  assert.match(compare(1010, 1000)[0]?.what ?? '', /10 over its budget of 1000/);
});

test('a budget far above the number fails and names a better one', () => {
  assert.match(compare(1000, 1251)[0]?.mend ?? '', /Set it to 1100 /);
});

test('a small number has room of its own', () => {
  assert.deepEqual(compare(10, 110), []);
  assert.equal(compare(10, 111).length, 1);
});

test('a thing without a budget and a budget without a thing fail', () => {
  const findings = compareNames(['old', 'new'], { old: {}, gone: {} }, 'doors');

  assert.deepEqual(
    findings.map(({ where, what }) => `${where} ${what}`),
    ['new has no budget', 'gone has a budget and does not exist'],
  );
});

test('a door weighs what it bundles, without the packages and modules it names', async (t) => {
  const folder = madeUpTree(t, {
    'package.json': JSON.stringify({
      name: 'made-up',
      exports: {
        '.': { default: './small.js' },
        './large': { default: './large.js' },
        './x': './x',
      },
    }),
    'small.js':
      "import { WebSocket } from 'ws';\nimport net from 'node:net';\nexport { WebSocket, net };",
    'large.js': "export { text } from './text.js';",
    'text.js': `export const text = '${Array.from({ length: 900 }, (_, i) => i * i).join()}';`,
  });

  const { sizes, findings } = await checkSizes(folder, {
    'made-up': { maxGzipBytes: 200, reason: '' },
    'made-up/large': { maxGzipBytes: 1000, reason: '' },
  });

  const [small, large] = sizes;
  assert.equal(small?.door, 'made-up');
  assert.ok(small.gzipBytes < 200, `${small.gzipBytes} bytes`);
  assert.equal(large?.door, 'made-up/large');
  assert.ok(large.gzipBytes > 1000, `${large.gzipBytes} bytes`);
  assert.deepEqual(
    findings.map(({ where }) => where),
    ['made-up/large'],
  );
});

test('a door whose file is missing or does not bundle fails', async (t) => {
  const folder = madeUpTree(t, {
    'package.json': JSON.stringify({
      name: 'made-up',
      exports: { './missing': { default: './missing.js' }, './broken': { default: './broken.js' } },
    }),
    'broken.js': "export { nothing } from './nowhere.js';",
  });

  const { findings } = await checkSizes(folder, {
    'made-up/missing': { maxGzipBytes: 1, reason: '' },
    'made-up/broken': { maxGzipBytes: 1, reason: '' },
  });

  assert.match(findings[0]?.what ?? '', /its file missing.js does not exist/);
  assert.match(findings[1]?.what ?? '', /does not bundle: .*nowhere/s);
});
