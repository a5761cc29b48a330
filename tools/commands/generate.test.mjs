/** The generator has no mistakes to tell of, and what is committed is what it makes. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../setup/repository.mjs';
import { formatted, generate } from './generate.mjs';

test('every command of every server is generated, by hand, or on the list of the untyped', () => {
  assert.deepEqual(generate().mistakes, []);
});

test('the committed files are those that are generated', async () => {
  for (const [file, text] of await formatted(generate().files)) {
    const committed = readFileSync(path.join(ROOT, file), 'utf8');

    assert.equal(committed, text, `${file}: run \`node tools/commands/generate.mjs\``);
  }
});
