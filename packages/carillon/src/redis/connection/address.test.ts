/** Every rule of addresses, and that no message shows a credential. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { UsageError } from '../errors/usage-error.js';
import { Decoder } from '../protocol/decoder.js';
import {
  describeEndpoint,
  type ParsedAddress,
  parseAddress,
  type ServerAddress,
} from './address.js';
import { connectionSettings } from './connection-options.js';

const LOCAL = { host: 'localhost', port: 6379 } as const;

const UNDERSTOOD: readonly (readonly [ServerAddress, Partial<ParsedAddress>])[] = [
  ['redis://', { endpoint: LOCAL, tls: undefined, db: undefined }],
  ['redis://localhost', { endpoint: LOCAL }],
  ['REDIS://localhost', { endpoint: LOCAL }],
  ['redis://host:7000/', { endpoint: { host: 'host', port: 7000 }, db: undefined }],
  ['redis:///3', { endpoint: LOCAL, db: 3 }],
  ['redis://host/0', { db: 0 }],
  ['redis://host?db=12', { db: 12 }],
  ['rediss://host', { endpoint: { host: 'host', port: 6379 }, tls: true }],
  ['redis://host?ssl=true', { tls: true }],
  ['redis://host?ssl=false', { tls: false }],
  ['redis://[::1]:7000', { endpoint: { host: '::1', port: 7000 } }],
  ['redis://:pw@host', { username: undefined, password: 'pw' }],
  ['redis://user:p%40%2F%3A%25w@host', { username: 'user', password: 'p@/:%w' }],
  ['redis://us%3Aer:pw@host', { username: 'us:er', password: 'pw' }],
  ['redis://user:@host', { username: 'user', password: '' }],
  ['redis://user@host', { username: 'user', password: undefined }],
  ['redis://host?password=p%26w', { password: 'p&w' }],
  ['redis://host?username=u&password=p', { username: 'u', password: 'p' }],
  ['redis://host?timeout=0.5', { timeoutMs: 500 }],
  ['redis://host?encoding=utf-8', { endpoint: { host: 'host', port: 6379 } }],
  ['unix:///run/redis.sock', { endpoint: { path: '/run/redis.sock' }, db: undefined }],
  ['unix:///run/a%20b.sock?db=2', { endpoint: { path: '/run/a b.sock' }, db: 2 }],
  ['/run/redis.sock', { endpoint: { path: '/run/redis.sock' } }],
  [new URL('redis://host:1/2'), { endpoint: { host: 'host', port: 1 }, db: 2 }],
  [{ host: '::1' }, { endpoint: { host: '::1', port: 6379 } }],
  [{ host: 'h', port: 1 }, { endpoint: { host: 'h', port: 1 } }],
  [{ path: '/s' }, { endpoint: { path: '/s' } }],
];

for (const [address, expected] of UNDERSTOOD) {
  test(`understood: ${JSON.stringify(address)}`, () => {
    const parsed = parseAddress(address);
    assert.deepEqual({ ...parsed, ...expected }, parsed);
  });
}

const REFUSED: readonly (readonly [unknown, RegExp])[] = [
  ['', /absolute path/],
  ['localhost', /redis:\/\//],
  ['localhost:6379', /redis:\/\//],
  ['user:hunter2@host', /redis:\/\//],
  ['http://host', /unknown scheme http:/],
  ['redis://:hunter2@ho st', /cannot be parsed/],
  ['redis://host:70000', /cannot be parsed/],
  ['redis://host:0', /port/],
  ['redis://host/01', /database/],
  ['redis://host/-1', /database/],
  ['redis://host/1/2', /database/],
  ['redis://host/one', /database/],
  ['redis://host/1?db=1', /database is given twice/],
  ['redis://host?db=1&db=1', /db is given twice/],
  ['redis://host?db=', /db is blank/],
  ['redis://host?db', /db is blank/],
  ['redis://:hunter2@host?password=hunter2', /password is given twice/],
  ['redis://u:hunter2@host?username=u', /user name is given twice/],
  ['redis://host?pasword=hunter2', /unknown query parameter "pasword"/],
  ['redis://host?password=hunter2&password=hunter2', /password is given twice/],
  ['redis://:hunter2%zz@host', /password is not correctly percent-encoded/],
  ['redis://host?ssl=yes', /ssl must be true or false/],
  ['rediss://host?ssl=false', /forbids/],
  ['redis://host?timeout=0', /timeout/],
  ['redis://host?timeout=soon', /timeout/],
  ['redis://host?encoding=latin1', /utf-8/],
  ['redis://host#1', /fragment/],
  ['unix://host/run/redis.sock', /names a path/],
  ['unix://', /absolute path/],
  ['relative.sock', /absolute path/],
  [{ path: 'relative.sock' }, /absolute path/],
  [{ host: '' }, /host/],
  [{ host: 'h', port: 0.5 }, /port/],
  [null, /expected a URL/],
  [6379, /expected a URL/],
];

for (const [address, reason] of REFUSED) {
  test(`refused: ${JSON.stringify(address)}`, () => {
    assert.throws(
      () => parseAddress(address as ServerAddress),
      (error: unknown) => {
        assert.ok(error instanceof UsageError);
        assert.equal(error.code, 'INVALID_ADDRESS');
        assert.match(error.message, reason);
        assert.doesNotMatch(error.message, /hunter2/);
        return true;
      },
    );
  });
}

test('what neither address nor options say has its default', () => {
  const { decoder, ...settings } = connectionSettings('redis://');

  assert.ok(decoder({ onPush() {} }) instanceof Decoder);
  assert.deepEqual(settings, {
    endpoint: LOCAL,
    address: 'localhost:6379',
    tls: undefined,
    username: undefined,
    password: undefined,
    credentials: undefined,
    db: 0,
    clientName: undefined,
    protocol: undefined,
    connectTimeoutMs: 5_000,
    commandTimeoutMs: 10_000,
    maxIdleMs: 15_000,
    encoding: 'utf8',
    dial: undefined,
    connectionClass: undefined,
  });
});

test('TLS is asked for by the scheme, by `true` or by the options of Node', () => {
  assert.deepEqual(connectionSettings('rediss://h').tls, {});
  assert.deepEqual(connectionSettings('redis://h', { tls: true }).tls, {});
  assert.deepEqual(connectionSettings({ host: 'h' }, { tls: { ca: 'PEM' } }).tls, { ca: 'PEM' });
});

test('what address and options both say must agree', () => {
  assert.equal(connectionSettings('redis://h/2', { db: 2 }).db, 2);
  assert.throws(() => connectionSettings('redis://h/2', { db: 3 }), { code: 'INVALID_OPTION' });
  assert.throws(() => connectionSettings('rediss://h', { tls: false }), { code: 'INVALID_OPTION' });
  assert.throws(
    () => connectionSettings('redis://:hunter2@h', { password: 'x' }),
    (error) => {
      assert.ok(error instanceof UsageError);
      assert.doesNotMatch(error.message, /hunter2/);
      return true;
    },
  );
});

test('a user name without a password is refused', () => {
  assert.throws(() => connectionSettings('redis://h', { username: 'u' }), {
    code: 'INVALID_OPTION',
  });
});

test('an endpoint is described as people write it', () => {
  assert.equal(describeEndpoint({ host: 'h', port: 1 }), 'h:1');
  assert.equal(describeEndpoint({ host: '::1', port: 1 }), '[::1]:1');
  assert.equal(describeEndpoint({ path: '/s' }), '/s');
});
