/** The flags of commands by name, held against what a real server says of its commands. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { createConnection } from '../client/create-connection.js';
import type { Reply } from '../protocol/reply.js';
import { CommandFlag } from './command.js';
import { specOfCall } from './command-facts.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server.stop());

/** What COMMAND tells of one command: name, arity, flags, ... and at 9 its subcommands. */
type Told = [name: string, arity: number, flags: Reply[], ...rest: Reply[]];

test('a command is called read-only exactly when the server says so', async () => {
  await using connection = await createConnection(server.url);
  const commands = (await connection.execute('COMMAND')) as Told[];
  const all = commands.flatMap((command) => [command, ...((command[9] ?? []) as Told[])]);
  const wrong = all.filter(([name, , flags]) => {
    const isReadOnly = (specOfCall(name.split('|'), 0).flags & CommandFlag.readOnly) !== 0;
    const saysSo = [...flags].some((flag) => String(flag) === 'readonly');
    return isReadOnly !== saysSo;
  });

  assert.ok(all.length > 200);
  // Newer servers than the one the list is from have further ones, which are then sent once only.
  assert.deepEqual(
    wrong.map(([name]) => name).filter((name) => specOfCall(name.split('|'), 0).flags !== 0),
    [],
  );
});

test('a name finds its flags in any case, as bytes, and with its subcommand', () => {
  const flagsOf = (...words: (string | Uint8Array)[]): number => specOfCall(words, 0).flags;

  assert.equal(flagsOf('get', 'k'), CommandFlag.readOnly);
  assert.equal(flagsOf(new TextEncoder().encode('Get'), 'k'), CommandFlag.readOnly);
  assert.equal(flagsOf('object', 'freq', 'k'), CommandFlag.readOnly);
  assert.equal(flagsOf('SET', 'k', 'v'), 0);
  assert.equal(flagsOf('WAIT', '1', '0'), CommandFlag.blocking | CommandFlag.stateful);
});

test('a name of two words in one is refused, and does not stand for the command it looks like', () => {
  for (const name of ['PUBSUB NUMPAT', 'pubsub\tnumpat', new TextEncoder().encode('a b'), ' ']) {
    assert.throws(() => specOfCall([name], 0), { name: 'UsageError', code: 'INVALID_ARGUMENT' });
  }
  assert.equal(specOfCall([' pubsub ', 'numpat'], 0).head.name, 'PUBSUB');
  assert.throws(() => specOfCall(['PUBSUB NUMPAT'], 0), { code: 'INVALID_ARGUMENT' });
});

test('a name that begins with a mark is no other command', () => {
  assert.equal(specOfCall(['!XREAD'], 0).flags, 0);
  const words = ['XREAD', 'BLOCK', '0', 'STREAMS', 'k', '$'];
  assert.equal(specOfCall(words, 0).flags, CommandFlag.readOnly | CommandFlag.blocking);
  assert.equal(specOfCall(['!XREAD'], 0).flags, 0);
});
