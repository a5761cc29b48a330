/** No command of today's servers is missing in the table; older ones: `command-list.full.test.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { listedCommands } from './command-list.test.support.js';

for (const version of ['installed', 'valkey-9.1', 'redis-8.6'] as const) {
  test(`every command that the server lists is known: ${version}`, async (t) => {
    const listed = await listedCommands(version);
    if ('skip' in listed) return t.skip(listed.skip);

    assert.ok(listed.count > 200);
    assert.deepEqual(listed.missing, []);
  });
}
