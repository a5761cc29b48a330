/** The facts are what the servers say that they were captured from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { askAll, merge } from './capture.mjs';
import { readFacts } from './facts.mjs';

test('capturing again gives the committed facts', async (t) => {
  const all = await askAll().catch((/** @type {Error} */ error) => error);
  if (all instanceof Error) return t.skip(all.message);

  assert.deepEqual(merge(all), readFacts());
});
