/** How lines about connections are read. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readClientLine } from './connection.js';

test('a path with spaces, an equals sign in a name, and empty values are read as they are', () => {
  assert.deepEqual(readClientLine('id=3 addr=/tmp/my dir/a.sock:0 name=a=b lib-name= resp=3\n'), {
    id: '3',
    addr: '/tmp/my dir/a.sock:0',
    name: 'a=b',
    'lib-name': '',
    resp: '3',
  });
});
