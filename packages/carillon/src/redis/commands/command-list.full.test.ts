/** No command of any server that the test kit can fetch is missing in the table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SERVER_VERSIONS, type ServerVersion } from '@carillon/test-kit';
import { listedCommands } from './command-list.test.support.js';

// Redis 6 has no COMMAND LIST.
const VERSIONS = (Object.keys(SERVER_VERSIONS) as ServerVersion[]).filter(
  (version) => version !== 'redis-6.0',
);

for (const version of VERSIONS) {
  test(`every command that the server lists is known: ${version}`, async (t) => {
    const listed = await listedCommands(version);
    if ('skip' in listed) return t.skip(listed.skip);

    assert.ok(listed.count > 200);
    assert.deepEqual(listed.missing, []);
  });
}
