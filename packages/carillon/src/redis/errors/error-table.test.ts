/** The error table is complete, true, and the same as its page. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import * as door from '../../entries/redis.js';
import { type ConnectionErrorCode, connectionErrorFrom } from './connection-error.js';
import { ERROR_TABLE, type ErrorFamily, type ErrorRow } from './error-table.js';
import { RedisError } from './redis-error.js';
import { ReplyError, replyErrorFrom } from './reply-error.js';

const PAGE = new URL('../../../../../docs/errors.md', import.meta.url);

/** Set to rewrite the page instead of comparing it. */
const UPDATE = process.env.CARILLON_UPDATE_DOCS === '1';

/** Classes that only stand for what they have in common, or for a reply without a code of its own. */
const WITHOUT_ROW = new Set(['RedisError', 'MaxClientsError']);

const HEADINGS: Readonly<Record<ErrorFamily, string>> = {
  reply: 'The server said no: `ReplyError`',
  connection: 'No reply: `ConnectionError`',
  protocol: 'Bytes that make no sense: `ProtocolError`',
  usage: 'A bug in the caller: `UsageError`',
  composite: 'Several commands at once, and channels',
  sentinel: 'Finding a server through Sentinel',
};

function rowsOf(family: ErrorFamily): ErrorRow[] {
  return ERROR_TABLE.filter((row) => row.family === family);
}

test('every exported error class has a row, and every row a class', () => {
  const exported = Object.values(door)
    .filter((value) => typeof value === 'function' && value.prototype instanceof RedisError)
    .map((errorClass) => (errorClass as { name: string }).name)
    .filter((name) => !WITHOUT_ROW.has(name));
  const inTable = ERROR_TABLE.map((row) => row.className);

  assert.deepEqual([...new Set(inTable)].sort(), [...new Set(exported)].sort());
});

test('all errors form one tree below RedisError', () => {
  const parents = Object.entries(door)
    .filter(([name, value]) => 'prototype' in value && value.prototype instanceof Error && name)
    .map(([name, errorClass]) => [name, Object.getPrototypeOf(errorClass).name]);

  assert.deepEqual(Object.fromEntries(parents), {
    RedisError: 'Error',
    ReplyError: 'RedisError',
    AuthError: 'ReplyError',
    BufferFullError: 'RedisError',
    BusyGroupError: 'ReplyError',
    MaxClientsError: 'ReplyError',
    NoScriptError: 'ReplyError',
    ReadOnlyError: 'ReplyError',
    WrongTypeError: 'ReplyError',
    ConnectionError: 'RedisError',
    ConnectionClosedError: 'ConnectionError',
    ConnectionForcedCloseError: 'ConnectionClosedError',
    TimeoutError: 'ConnectionError',
    CommandAbortedError: 'ConnectionError',
    QueueFullError: 'ConnectionError',
    PoolClosedError: 'ConnectionError',
    ProtocolError: 'RedisError',
    UsageError: 'RedisError',
    PipelineError: 'RedisError',
    MultiExecError: 'PipelineError',
    WatchVariableError: 'MultiExecError',
    ChannelClosedError: 'RedisError',
    MasterNotFoundError: 'RedisError',
    MasterReplyError: 'RedisError',
    ReplicaNotFoundError: 'RedisError',
    ReplicaReplyError: 'RedisError',
    SlaveNotFoundError: 'RedisError',
    SlaveReplyError: 'RedisError',
  });
});

test('no code stands twice', () => {
  const codes = ERROR_TABLE.map((row) => row.code);

  assert.deepEqual(codes, [...new Set(codes)]);
});

test('a reply with a known code becomes the class of its row', () => {
  for (const { code, className } of rowsOf('reply')) {
    const error = replyErrorFrom(`${code} something`);
    assert.ok(error instanceof ReplyError);
    assert.equal(error.constructor.name, className);
    assert.equal(error.code, code);
  }
});

test('a connection error with a code has the class of its row', () => {
  for (const { code, className } of rowsOf('connection')) {
    const error = connectionErrorFrom(code as ConnectionErrorCode, { sent: 'no', command: 'GET' });
    assert.equal(error.constructor.name, className);
    assert.equal(error.code, code);
    assert.equal(error.sent, 'no');
  }
});

test('a full queue does not hide that a command may have run', () => {
  const context = { command: 'INCR', sent: 'maybe' } as const;

  assert.equal(connectionErrorFrom('QUEUE_FULL', context).sent, 'maybe');
});

test('arguments that a server repeats are left out of the message', () => {
  const text = "ERR unknown command 'HELLO', with args beginning with: '3' 'AUTH' 'u' 'secret' ";
  const error = replyErrorFrom(text);

  assert.equal(error.message, "ERR unknown command 'HELLO'");
  assert.equal(error.code, 'ERR');
});

test('a failure to reach any address of a name lists the reasons of each', () => {
  const cause = new AggregateError([
    new Error('refused by ::1'),
    new Error('refused by 127.0.0.1'),
  ]);
  const error = connectionErrorFrom('CONNECT_FAILED', { sent: 'no', cause });

  assert.match(error.message, /refused by ::1, refused by 127\.0\.0\.1/);
});

test('docs/errors.md says what the table says', () => {
  const page = errorPage();
  if (UPDATE) writeFileSync(PAGE, page);

  assert.equal(readFileSync(PAGE, 'utf8'), page, 'rewrite it with CARILLON_UPDATE_DOCS=1');
});

function errorPage(): string {
  const families = Object.entries(HEADINGS).map(([family, heading]) =>
    [
      `## ${heading}`,
      '',
      '| code | class | what happened | what to do |',
      '|---|---|---|---|',
      ...rowsOf(family as ErrorFamily).map(
        ({ code, className, happened, remedy }) =>
          `| \`${code}\` | \`${className}\` | ${happened} | ${remedy} |`,
      ),
      '',
    ].join('\n'),
  );
  return `${INTRODUCTION}\n${families.join('\n')}`;
}

const INTRODUCTION = `<!-- Written from packages/carillon/src/redis/errors/error-table.ts; its test compares them. -->
# Errors of carillon/redis

All are \`RedisError\`s with a \`code\` to match on, the name of the \`command\` and the \`address\`; never
arguments or credentials. The family says what the caller may do. A \`ConnectionError\` has \`sent\`:
\`'no'\` when no byte of the command was written, \`'maybe'\` when the server may have run it.
`;
