/** What the command says and does when it cannot start. */
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import test from 'node:test';
import { startServer as startRedis } from '@carillon/test-kit';
import { CarillonProcess } from './e2e/carillon-process.test.support.js';

/** Runs the command to its end, which must be a failure told in one line. */
async function failureOf(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  await using carillon = new CarillonProcess(args, env);
  const { code } = await carillon.ended;
  assert.equal(code, 1);
  assert.equal(carillon.stdout, '');
  assert.match(carillon.stderr, /^error: [^\n]+\n$/);
  return carillon.stderr;
}

test('a taken port is told in one line', async () => {
  await using other = createServer();
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  const address = other.address();
  assert.ok(typeof address === 'object' && address !== null);

  const line = await failureOf(['serve', '--port', String(address.port)]);
  assert.match(line, new RegExp(`port ${address.port} on 127\\.0\\.0\\.1 is taken`));
});

test('an address of another machine is told in one line', async () => {
  const line = await failureOf(['serve', '--port', '0', '--host', '192.0.2.1']);
  assert.match(line, /cannot listen on port 0 of 192\.0\.2\.1: this machine has no such address/);
});

test('a bad option or command is told in one line', async () => {
  assert.match(await failureOf(['serve', '--prot', '8080']), /unknown option '--prot'/);
  assert.match(await failureOf(['sevre']), /unknown command 'sevre'/);
  assert.match(await failureOf(['serve', 'now']), /too many arguments/);
});

test('a bad port is told in one line, from the environment too', async () => {
  for (const port of ['abc', '-1', '65536', '80.5', '0x50']) {
    assert.match(await failureOf(['serve', `--port=${port}`]), /from 0 to 65535/, port);
  }
  assert.match(await failureOf(['serve'], { PORT: 'http' }), /from env 'PORT'.*from 0 to 65535/);
});

test('a bad Redis URL is told in one line that does not show its password', async () => {
  for (const url of ['redis://:hunter2@localhost:99999', 'http://:hunter2@localhost', 'hunter2']) {
    const line = await failureOf(['serve', '--port', '0'], { REDIS_URL: url });
    assert.match(line, /bad server address/, url);
    assert.doesNotMatch(line, /hunter2/, url);
  }
});

test('refused credentials are told in one line that does not show them', async () => {
  await using redis = await startRedis({ password: 'correct' });
  const wrong = redis.url.replace('correct', 'hunter2');
  const line = await failureOf(['serve', '--port', '0', '--redis-url', wrong]);
  assert.match(line, new RegExp(`Redis at 127\\.0\\.0\\.1:${redis.port} refuses the connection`));
  assert.match(line, /WRONGPASS/);
  assert.doesNotMatch(line, /hunter2|correct/);

  const missing = `redis://127.0.0.1:${redis.port}`;
  assert.match(await failureOf(['serve', '--port', '0', '--redis-url', missing]), /NOAUTH/);
  const database = `${redis.url}/99`;
  assert.match(
    await failureOf(['serve', '--port', '0', '--redis-url', database]),
    /DB index is out of range/,
  );
});

test('a flag wins over the environment, and an empty variable is none', async () => {
  await using flag = await CarillonProcess.serve(['--port', '0'], { PORT: '1' });
  assert.notEqual(flag.port, '1');
  await using empty = await CarillonProcess.serve([], { REDIS_URL: '', HOST: '' });
  assert.equal((await empty.health()).backend, 'memory');
  assert.equal(empty.stdout, `Carillon listens on ${empty.url} (memory)\n`);
});
