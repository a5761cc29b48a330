/** What a server writes after MONITOR, byte for byte. That real servers write so: `client/monitor.test.ts`. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { textOfBytes } from './byte-text.js';
import { isMonitorLine, parseMonitorLine } from './monitor-line.js';

const LINES: Readonly<Record<string, { line: string; source: string; words: string[] }>> = {
  'of a client over IPv6': {
    line: '[0 [::1]:60866] "GET" "k"',
    source: '[::1]:60866',
    words: ['GET', 'k'],
  },
  'of a client on a unix socket, whose path may hold anything': {
    line: '[0 unix:/a b] c/[1 x.sock] "GET" "] \\"k\\""',
    source: 'unix:/a b] c/[1 x.sock',
    words: ['GET', '] "k"'],
  },
  'of a script': { line: '[0 lua] "PING"', source: 'lua', words: ['PING'] },
  'with empty words': { line: '[0 lua] "SET" "" ""', source: 'lua', words: ['SET', '', ''] },
  'with what looks like an escape': {
    line: '[0 lua] "SET" "\\\\x41" "\\\\\\\\n\\\\"',
    source: 'lua',
    words: ['SET', '\\x41', '\\\\n\\'],
  },
  'of a server that escapes neither quotes nor backslashes': {
    line: '[0 lua] "SET" "{"a": ["b", "c\\d"]}" "ab""',
    source: 'lua',
    words: ['SET', '{"a": ["b", "c\\d"]}', 'ab"'],
  },
};

for (const [kind, { line, source, words }] of Object.entries(LINES)) {
  test(`a line ${kind} is read as it was meant`, () => {
    const item = parseMonitorLine(`1795220837.420942 ${line}`, textOfBytes);

    assert.deepEqual([item.source, item.command], [source, words]);
  });
}

test('the time is exact to the microsecond, and the database a number', () => {
  const { time, db } = parseMonitorLine('1795220837.000942 [12 lua] "PING"', textOfBytes);

  assert.deepEqual({ time, db }, { time: 1795220837000.942, db: 12 });
});

test('what answers a probe or a renewal of credentials is no line', () => {
  for (const reply of ['PONG', 'OK', '', null, 1795220837, Buffer.from('1.000000 [0 lua] "A"')]) {
    assert.equal(isMonitorLine(reply), false);
  }
});
