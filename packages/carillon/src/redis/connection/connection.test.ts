/** A raw connection on a real server: framing, pairing, backpressure and death. */
import assert from 'node:assert/strict';
import { getEventListeners } from 'node:events';
import { connect as connectTcp } from 'node:net';
import { after, before, test } from 'node:test';
import { startFaultProxy, startServer, type TestServer, waitFor } from '@carillon/test-kit';
import { Command, CommandFlag, defineCommand } from '../commands/command.js';
import { specOfCall } from '../commands/command-facts.js';
import {
  CommandAbortedError,
  type ConnectionError,
  ConnectionForcedCloseError,
} from '../errors/connection-error.js';
import { UsageError } from '../errors/usage-error.js';
import { DecodeAs, Decoder } from '../protocol/decoder.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import type { DecoderFactory } from '../protocol/reply-decoder.js';
import { Connection, type ConnectionHooks } from './connection.js';
import { type ConnectionOptions, connectionSettings } from './connection-options.js';

let server: TestServer;
before(async () => {
  server = await startServer();
});
after(() => server[Symbol.asyncDispose]());

function open(
  options: ConnectionOptions = {},
  hooks: ConnectionHooks = {},
  url: string = server.url,
): Promise<Connection> {
  return Connection.open(connectionSettings(url, options), hooks);
}

function call(connection: Connection, ...words: [string, ...Argument[]]): Promise<Reply> {
  return connection.run(new Command(specOfCall(words, 0), words.slice(1)));
}

/** Answered by acknowledgements as they came. */
const ACKNOWLEDGED = { flags: CommandFlag.stateful | CommandFlag.subscription };

const bytes = (name: string | Uint8Array): Buffer => Buffer.from(name as string);

const decoder = new TextDecoder();
const textOf = (reply: Reply | undefined): unknown =>
  reply instanceof Uint8Array ? decoder.decode(reply) : reply;

for (const protocol of [2, 3] as const) {
  test(`SUBSCRIBE resolves with one acknowledgement for each name, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });

    const acks = (await call(connection, 'SUBSCRIBE', 'a', 'b', 'a')) as Reply[][];

    assert.deepEqual(
      acks.map((ack) => ack.map(textOf)),
      [
        ['subscribe', 'a', 1],
        ['subscribe', 'b', 2],
        ['subscribe', 'a', 2],
      ],
    );
    assert.equal(connection.inPubSub, 2);
  });

  test(`UNSUBSCRIBE from all, also from nothing, keeps replies paired, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });
    const replies = [
      call(connection, 'UNSUBSCRIBE'),
      call(connection, 'SUBSCRIBE', 'a', 'b'),
      call(connection, 'UNSUBSCRIBE'),
      call(connection, 'PUNSUBSCRIBE'),
      call(connection, 'ECHO', 'mine'),
    ];

    const [none, , both, , echo] = await Promise.all(replies);
    assert.equal((none as Reply[]).length, 1);
    assert.equal((both as Reply[]).length, 2);
    assert.equal(echo, 'mine');
    assert.equal(connection.inPubSub, 0);
  });

  test(`RESET ends subscriptions, and arrays are replies again, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });
    await call(connection, 'SUBSCRIBE', 'a');

    assert.equal(await call(connection, 'RESET'), 'RESET');

    assert.equal(connection.inPubSub, 0);
    assert.deepEqual(await call(connection, 'MGET', 'no-1', 'no-2'), [null, null]);
    assert.deepEqual(await call(connection, 'UNSUBSCRIBE'), [['unsubscribe', null, 0]]);
  });
}

for (const protocol of [2, 3] as const) {
  test(`an owner gets all pushes in the order of the stream, acknowledgements too, under RESP${protocol}`, async () => {
    const pushes: Reply[][] = [];
    const counts: number[] = [];
    await using connection = await open(
      { protocol },
      {
        onPush: (push) => {
          pushes.push(push);
          counts.push(connection.inPubSub);
        },
      },
    );
    const subscribed = connection.run(
      new Command(defineCommand('SUBSCRIBE', ACKNOWLEDGED), ['a', 'b']),
    );
    await subscribed;
    await server.command('PUBLISH', 'b', 'first');
    await waitFor(() => pushes.length === 3);
    await call(connection, 'PSUBSCRIBE', 'b*');
    await server.command('PUBLISH', 'b', 'second');
    await call(connection, 'UNSUBSCRIBE');
    await call(connection, 'PUNSUBSCRIBE', 'b*');

    assert.deepEqual(pushes, [
      ['subscribe', 'a', 1],
      ['subscribe', 'b', 2],
      ['message', 'b', 'first'],
      ['psubscribe', 'b*', 3],
      ['message', 'b', 'second'],
      ['pmessage', 'b*', 'b', 'second'],
      ...pushes.slice(6, 8), // in the server's order
      ['punsubscribe', 'b*', 0],
    ]);
    assert.deepEqual(
      pushes.slice(6, 8).map(([kind, , count]) => [kind, count]),
      [
        ['unsubscribe', 2],
        ['unsubscribe', 1],
      ],
    );
    assert.deepEqual(counts, [1, 2, 2, 3, 3, 3, 2, 1, 0]);
    assert.equal(((await subscribed) as Reply[][])[0], pushes[0], 'the same array, not a copy');
  });

  test(`subscriptions of all kinds are counted as the server counts them, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol }, { onPush() {} });
    const total = async (...words: [string, ...Argument[]]): Promise<number> => {
      await call(connection, ...words);
      return connection.inPubSub;
    };

    assert.equal(await total('SUBSCRIBE', 'a', 'b', 'a'), 2);
    assert.equal(await total('SSUBSCRIBE', 'a', 'b', 'c'), 5);
    assert.equal(await total('PSUBSCRIBE', 'a', 'b'), 7);
    assert.equal(await total('UNSUBSCRIBE'), 5);
    assert.equal(await total('UNSUBSCRIBE'), 5);
    assert.equal(await total('SUNSUBSCRIBE', 'a', 'x'), 4);
    assert.equal(await total('PUNSUBSCRIBE'), 2);
    assert.equal(await total('SUNSUBSCRIBE'), 0);
  });

  test(`names and payloads that are not text come as their bytes, under RESP${protocol}`, async () => {
    const pushes: Reply[][] = [];
    await using connection = await open({ protocol }, { onPush: (push) => pushes.push(push) });
    const names = ['\ufffd', '\ud800', 'é', Uint8Array.of(0xff, 0x00), '\u{1f514}'];
    const acks = (await connection.call(['SUBSCRIBE', ...names], { encoding: null })) as Reply[][];
    await using publisher = await open();
    for (const name of names) await call(publisher, 'PUBLISH', name, name);
    await waitFor(() => pushes.length === 10);

    const wanted = [bytes('\ufffd'), bytes('\ufffd'), 'é', Buffer.from([0xff, 0]), '\u{1f514}'];
    assert.deepEqual(pushes, [
      ...wanted.map((name, i) => ['subscribe', name, [1, 1, 2, 3, 4][i]]),
      ...wanted.map((name) => ['message', name, name]),
    ]);
    assert.deepEqual(
      acks.map(([, name]) => name),
      names.map((name) => bytes(name)),
    );
  });
}

for (const protocol of [2, 3] as const) {
  test(`payloads come as bytes where that is preferred, names as text, under RESP${protocol}`, async () => {
    const pushes: Reply[][] = [];
    await using connection = await open({ protocol }, { onPush: (push) => pushes.push(push) });
    await using publisher = await open();
    await call(connection, 'SUBSCRIBE', 'c');
    assert.equal(connection.readsPayloadsAs, 'text');
    for (const form of ['bytes', 'text'] as const) {
      connection.readsPayloadsAs = form;
      const seen = pushes.length;
      await call(publisher, 'PUBLISH', 'c', form);
      await waitFor(() => pushes.length > seen);
    }

    assert.deepEqual(pushes, [
      ['subscribe', 'c', 1],
      ['message', 'c', Buffer.from('bytes')],
      ['message', 'c', 'text'],
    ]);
  });

  test(`a decoder that knows no exact text gives bytes, and nothing else changes, under RESP${protocol}`, async () => {
    const pushes: Reply[][] = [];
    const plainBytes: DecoderFactory = (hooks) => {
      const inner = new Decoder(hooks);
      inner.pushAs = DecodeAs.bytes;
      const known = DecodeAs.bytes | DecodeAs.flatMaps | DecodeAs.bigints;
      return {
        feed: (chunk) => inner.feed(chunk),
        read: (as, elementsAs) => inner.read(as & known, elementsAs),
      };
    };
    const options = { protocol, decoder: plainBytes };
    await using connection = await open(options, { onPush: (push) => pushes.push(push) });

    assert.deepEqual(await call(connection, 'SUBSCRIBE', 'c'), [['subscribe', 'c', 1]]);
    assert.equal(await call(connection, 'PING', 'é'), 'é');
    await server.command('PUBLISH', 'c', 'x');
    await waitFor(() => pushes.length === 2);
    assert.deepEqual(pushes, [
      ['subscribe', Buffer.from('c'), 1],
      ['message', Buffer.from('c'), Buffer.from('x')],
    ]);
  });
}

for (const protocol of [2, 3] as const) {
  test(`PING with an empty message is answered by it, subscribed or not, under RESP${protocol}`, async () => {
    await using connection = await open({ protocol });
    for (const subscribes of [false, true]) {
      if (subscribes) await call(connection, 'SUBSCRIBE', 'a');
      assert.equal(await call(connection, 'PING', ''), '');
      assert.deepEqual(await connection.call(['PING', ''], { encoding: null }), Buffer.of());
      assert.equal(await call(connection, 'PING'), 'PONG');
    }
  });
}

test('a connection that is gone is not paused, and keeps no process alive', async () => {
  const held = (): number =>
    process.getActiveResourcesInfo().filter((each) => each === 'Timeout').length;
  const connection = await open();
  const before = held();
  connection.pause();
  assert.equal(held(), before + 1);

  connection.close();
  connection.pause();

  assert.equal(held(), before);
});

for (const call of ['SYNC', 'psync ? -1', 'cluster syncslots sync 0-1']) {
  test(`${call} is refused, which has no reply`, async () => {
    await using connection = await open();
    const [name = '', ...args] = call.split(' ');

    await assert.rejects(connection.execute(name, ...args), { code: 'UNSUPPORTED_COMMAND' });
    assert.equal(await connection.execute('ECHO', 'mine'), 'mine');
  });
}

test('CLIENT REPLY that silences the server is refused in any form, and ON is answered', async () => {
  await using connection = await open();
  for (const args of [['OFF'], ['skip'], [Buffer.from('Off')], ['x', 'SKIP']]) {
    const refused = connection.execute('client', 'reply', ...args);
    const mine = connection.execute('ECHO', 'mine');

    await assert.rejects(refused, { code: 'UNSUPPORTED_COMMAND' });
    assert.equal(await mine, 'mine');
  }
  const inside = [connection.execute('MULTI'), connection.execute('ECHO', 'in')];
  await assert.rejects(connection.execute('CLIENT', 'REPLY', 'SKIP'), {
    code: 'UNSUPPORTED_COMMAND',
  });
  await Promise.all(inside);

  assert.deepEqual(await connection.execute('EXEC'), ['in']);
  assert.equal(await connection.execute('CLIENT', 'REPLY', 'ON'), 'OK');
});

test('HELLO on a subscribed connection changes how messages are told from replies', async () => {
  const pushes: unknown[] = [];
  await using connection = await open(
    { protocol: 2 },
    { onPush: (push) => pushes.push(push.map(textOf)) },
  );
  await call(connection, 'HELLO', 3);
  await call(connection, 'SUBSCRIBE', 'hello-3');

  assert.equal(connection.protocol, 3);
  assert.deepEqual(await call(connection, 'MGET', 'no-1'), [null]);
  await call(connection, 'PUBLISH', 'hello-3', 'x');
  assert.deepEqual(pushes, [
    ['subscribe', 'hello-3', 1],
    ['message', 'hello-3', 'x'],
  ]);
});

test('HELLO inside MULTI is refused, and the protocol stays', async () => {
  await using connection = await open({ protocol: 2 });
  await call(connection, 'MULTI');

  await assert.rejects(call(connection, 'HELLO', 3), { code: 'STATEFUL_COMMAND' });
  await call(connection, 'DISCARD');

  assert.equal(connection.protocol, 2);
  assert.deepEqual(await call(connection, 'SUBSCRIBE', 'c'), [['subscribe', 'c', 1]]);
});

test('HELLO that is only queued does not change the protocol', async () => {
  await using connection = await open({ protocol: 2 });
  // Without flags, so that the connection does not know of the transaction.
  await connection.run(new Command(defineCommand('MULTI'), []));

  assert.equal(await call(connection, 'HELLO', 3), 'QUEUED');
  assert.equal(connection.protocol, 2);
  await connection.run(new Command(defineCommand('DISCARD'), []));
  assert.deepEqual(await call(connection, 'SUBSCRIBE', 'c'), [['subscribe', 'c', 1]]);
});

test('a push inside EXEC is no element of its array', async () => {
  const pushes: unknown[] = [];
  await using connection = await open(
    { protocol: 3 },
    { onPush: (push) => pushes.push(push.map(textOf)) },
  );
  await call(connection, 'SUBSCRIBE', 'inside');
  const replies = [
    call(connection, 'MULTI'),
    call(connection, 'ECHO', 'before'),
    call(connection, 'PUBLISH', 'inside', 'm'),
    call(connection, 'ECHO', 'after'),
    call(connection, 'EXEC'),
    call(connection, 'ECHO', 'next'),
  ];

  const all = await Promise.all(replies);
  assert.deepEqual(all.slice(4), [['before', 1, 'after'], 'next']);
  assert.deepEqual(pushes, [
    ['subscribe', 'inside', 1],
    ['message', 'inside', 'm'],
  ]);
});

test('SUBSCRIBE inside MULTI is refused, and the transaction goes on', async () => {
  await using connection = await open();
  await call(connection, 'MULTI');
  assert.equal(connection.inTransaction, true);

  await assert.rejects(call(connection, 'SUBSCRIBE', 'c'), (error: unknown) => {
    assert.ok(error instanceof UsageError);
    assert.equal(error.code, 'SUBSCRIBE_IN_TRANSACTION');
    return true;
  });
  await call(connection, 'ECHO', 'x');
  assert.deepEqual(await call(connection, 'EXEC'), ['x']);
  assert.equal(connection.inTransaction, false);
});

test('an argument of a wrong type fails its own command alone', async () => {
  await using connection = await open();
  const replies = await Promise.allSettled([
    call(connection, 'ECHO', 'one'),
    call(connection, 'ECHO', null as unknown as string),
    call(connection, 'ECHO', 'two'),
  ]);

  assert.deepEqual(
    replies.map((reply) => (reply.status === 'fulfilled' ? reply.value : reply.reason.code)),
    ['one', 'INVALID_ARGUMENT', 'two'],
  );
});

test('a command after close() fails at once and says that it was not sent', async () => {
  const connection = await open();
  connection.close();

  await assert.rejects(call(connection, 'PING'), { code: 'CONNECTION_CLOSED', sent: 'no' });
  await connection.waitClosed();
});

test('close() fails written commands with `maybe` and encoded ones with `no`', async () => {
  await using proxy = await startFaultProxy(server, {});
  const connection = await open({}, {}, proxy.url);
  proxy.toClient.set({ stall: true });
  const seen = proxy.toServer.bytes;

  const written = call(connection, 'PING');
  await waitFor(() => proxy.toServer.bytes > seen);
  const encoded = call(connection, 'PING');
  connection.close();

  const errors = (await Promise.allSettled([written, encoded])).map((outcome) =>
    outcome.status === 'rejected' ? outcome.reason : assert.fail('resolved'),
  );
  assert.ok(errors.every((error) => error instanceof ConnectionForcedCloseError));
  assert.deepEqual(
    errors.map((error: ConnectionError) => error.sent),
    ['maybe', 'no'],
  );
});

test('what waits for a full socket is never sent once it timed out, and says so', async () => {
  await using proxy = await startFaultProxy(server);
  await using connection = await open({}, {}, proxy.url);
  proxy.toServer.set({ stall: true });
  const big = call(connection, 'SET', 'big', new Uint8Array(16 * 1024 * 1024));
  await new Promise(setImmediate);

  const words = ['INCR', 'waited'] as const;
  const late = connection.run(new Command(specOfCall(words, 0), ['waited'], { timeoutMs: 10 }));
  await assert.rejects(late, { code: 'COMMAND_TIMEOUT', sent: 'no' });

  proxy.toServer.clear();
  assert.equal(await big, 'OK');
  assert.equal(await call(connection, 'GET', 'waited'), null);
});

test('what waits for a full socket is bounded, and the rest of the queue still runs', async () => {
  await using proxy = await startFaultProxy(server);
  await using connection = await open({}, {}, proxy.url);
  proxy.toServer.set({ stall: true });
  const big = call(connection, 'SET', 'big', new Uint8Array(16 * 1024 * 1024));
  await new Promise(setImmediate);

  const increments = Array.from({ length: 100_000 }, () => call(connection, 'INCR', 'bounded'));
  await assert.rejects(call(connection, 'INCR', 'bounded'), { code: 'QUEUE_FULL', sent: 'no' });

  proxy.toServer.clear();
  assert.equal(await big, 'OK');
  const counts = await Promise.all(increments);
  assert.ok(counts.every((count, i) => count === i + 1));
});

test('pending commands are offered to the owner in their order', async () => {
  await using proxy = await startFaultProxy(server);
  const offered: unknown[] = [];
  const closed: unknown[] = [];
  const connection = await open(
    {},
    {
      onPending: (command) => {
        offered.push(command.args[0]);
        command.settle(null, '');
        return true;
      },
      onClosed: (error) => closed.push(error.code),
    },
    proxy.url,
  );
  proxy.toClient.set({ stall: true });
  const echoes = Array.from({ length: 500 }, (_, i) => call(connection, 'ECHO', i));
  proxy.resetConnections();

  await Promise.all(echoes);
  assert.deepEqual(
    offered,
    echoes.map((_, i) => i),
  );
  assert.deepEqual(closed, ['CONNECTION_LOST']);
});

test('a command written to one connection may have run, also when the next one never wrote it', async () => {
  await using proxy = await startFaultProxy(server);
  const taken: Command[] = [];
  const first = await open({}, { onPending: (command) => taken.push(command) > 0 }, proxy.url);
  await using second = await open();
  proxy.toClient.set({ stall: true });
  const seen = proxy.toServer.bytes;
  const ping = call(first, 'PING');
  await waitFor(() => proxy.toServer.bytes > seen);
  proxy.resetConnections();
  await first.waitClosed();

  for (const command of taken) second.send(command);
  second.close();

  assert.equal(taken.length, 1);
  await assert.rejects(ping, { code: 'FORCED_CLOSE', sent: 'maybe' });
});

test('a handshake that fails offers its own commands to nobody', async () => {
  await using proxy = await startFaultProxy(server, { toServer: { stall: true } });
  const offered: string[] = [];
  const abort = new AbortController();
  let isDialed = false;
  const settings = connectionSettings(proxy.url, {
    decoder: (events) => {
      isDialed = true;
      return new Decoder(events);
    },
    password: 'x'.repeat(4 * 1024 * 1024), // more than a socket takes: SELECT waits behind it
    db: 1,
  });
  const hooks: ConnectionHooks = {
    onPending: (command) => offered.push(command.spec.name) > 0,
  };
  const opening = Connection.open(settings, hooks, abort.signal);
  await waitFor(() => isDialed);
  abort.abort();

  await assert.rejects(opening, { code: 'ABORTED' });
  assert.deepEqual(offered, []);
});

test('a server that reads everything and answers nothing fills the queue, and loses no command', async () => {
  await using proxy = await startFaultProxy({ port: server.port, url: server.url });
  await using connection = await open({}, {}, proxy.url);
  proxy.toClient.set({ stall: true });
  const replies: Promise<Reply>[] = [];
  let refusal: unknown;
  while (refusal === undefined && replies.length < 300_000) {
    for (let i = 0; i < 500; i++) {
      const reply = call(connection, 'INCR', 'in flight');
      reply.catch((error: unknown) => {
        refusal ??= error;
      });
      replies.push(reply);
    }
    await new Promise(setImmediate); // the proxy takes them
  }
  assert.equal((refusal as ConnectionError | undefined)?.code, 'QUEUE_FULL');

  proxy.toClient.clear();
  const outcomes = await Promise.allSettled(replies);
  const answers = outcomes.filter((each) => each.status === 'fulfilled').map((each) => each.value);
  assert.ok(answers.length > 100_000);
  assert.ok(answers.every((answer, i) => answer === i + 1));
  assert.equal(await call(connection, 'INCR', 'in flight'), answers.length + 1);
});

test('a command object that is run twice is sent once, and the first call is answered', async () => {
  await using connection = await open();
  const command = new Command(specOfCall(['INCR', 'once'], 0), ['once']);

  const first = connection.run(command);
  await assert.rejects(connection.run(command), { code: 'INVALID_ARGUMENT' });

  assert.equal(await first, 1);
  await assert.rejects(connection.run(command), { code: 'INVALID_ARGUMENT' });
  assert.equal(await call(connection, 'GET', 'once'), '1');
});

test('one signal may serve a thousand commands, and nothing is left on it', async () => {
  const warnings: string[] = [];
  const onWarning = (warning: Error): unknown => warnings.push(warning.name);
  process.on('warning', onWarning);
  await using connection = await open();
  const controller = new AbortController();
  const { signal } = controller;
  const echo = (i: number): Promise<unknown> =>
    connection.run(new Command(specOfCall(['ECHO', i], 0), [i], { signal }));
  const numbers = Array.from({ length: 1_000 }, (_, i) => i);

  assert.deepEqual(await Promise.all(numbers.map(echo)), numbers.map(String));
  assert.equal(getEventListeners(signal, 'abort').length, 0);

  const aborted = Promise.allSettled(numbers.map(echo));
  controller.abort();
  for (const outcome of await aborted) {
    assert.ok(outcome.status === 'rejected' && outcome.reason.code === 'ABORTED');
  }
  assert.equal(getEventListeners(signal, 'abort').length, 0);
  await new Promise(setImmediate);
  process.off('warning', onWarning);
  assert.deepEqual(warnings, []);
});

test("an owner's time-out is an abort, not the connection's own", async () => {
  await using proxy = await startFaultProxy({ port: server.port, url: server.url });
  proxy.set({ stall: true });
  const opening = Connection.open(connectionSettings(proxy.url), {}, AbortSignal.timeout(20));

  await assert.rejects(opening, (error: unknown) => {
    assert.ok(error instanceof CommandAbortedError);
    assert.equal((error.cause as Error).name, 'TimeoutError');
    return true;
  });
});

test('an answered command holds its arguments no longer', async () => {
  await using connection = await open();
  const command = new Command(specOfCall(['ECHO', 'x'], 0), ['x']);

  assert.equal(await connection.run(command), 'x');
  assert.deepEqual(command.args, []);
});

test('the reply to RESET, or to a refused MULTI, does not end a transaction that began after it', async () => {
  await using connection = await open();
  await Promise.all([call(connection, 'RESET'), call(connection, 'MULTI')]);
  assert.equal(connection.inTransaction, true);
  await assert.rejects(call(connection, 'SUBSCRIBE', 'c'), { code: 'SUBSCRIBE_IN_TRANSACTION' });
  assert.equal(connection.closed, false);
  await call(connection, 'DISCARD');

  const refused = call(connection, 'MULTI', 'no argument');
  const [first] = await Promise.allSettled([refused, call(connection, 'MULTI')]);
  assert.equal(first.status, 'rejected');
  assert.equal(connection.inTransaction, true);
  assert.equal(await call(connection, 'RESET'), 'RESET');
  assert.equal(connection.inTransaction, false);
});

test('a connection watches until its transaction has ended, and not longer', async () => {
  await using connection = await open();
  await call(connection, 'WATCH', 'key');
  await call(connection, 'MULTI');
  await call(connection, 'UNWATCH');
  assert.equal(connection.isWatching, true);

  await assert.rejects(call(connection, 'NOSUCHCOMMAND'));
  await assert.rejects(call(connection, 'EXEC'), { code: 'EXECABORT' });
  assert.equal(connection.isWatching, false);

  const replies = [
    call(connection, 'WATCH', 'key'),
    call(connection, 'UNWATCH'),
    call(connection, 'WATCH', 'key'),
  ];
  await Promise.all(replies);
  assert.equal(connection.isWatching, true);
  await assert.rejects(call(connection, 'EXEC'), /without MULTI/);
  assert.equal(connection.isWatching, true);
});

for (const way of ['tcp', 'tls', 'dial'] as const) {
  test(`a paused connection leaves messages with the server, and resumes with the next one, over ${way}`, async () => {
    const count = 200;
    const size = 65_536; // in all more than any socket takes
    await using publishing = await startServer(way === 'tls' ? { tls: true } : {});
    const { ca } = publishing.tls ?? {};
    const options: ConnectionOptions = {
      ...(ca !== undefined && { tls: { ca } }),
      ...(way === 'dial' && { dial: async () => connectTcp(publishing.port, publishing.host) }),
    };
    const seen: number[] = [];
    await using reader = await open(
      options,
      { onPush: ([, , data]) => void (typeof data === 'string' && seen.push(Number(data))) },
      publishing.url,
    );
    await using publisher = await open(ca === undefined ? {} : { tls: { ca } }, {}, publishing.url);
    await call(reader, 'SUBSCRIBE', 'c');

    reader.pause();
    assert.equal(reader.readingSince, undefined);
    await Promise.all(
      Array.from({ length: count }, (_, i) => call(publisher, 'PUBLISH', 'c', `${i}`.padEnd(size))),
    );
    assert.ok(seen.length < count / 2, `${seen.length} were read`);

    reader.resume();
    await waitFor(() => seen.length === count);
    assert.deepEqual(
      seen,
      Array.from({ length: count }, (_, i) => i),
    );
  });
}

test('a command that is not answered because of a pause expires, and replies stay paired', async () => {
  await using connection = await open();
  connection.pause();
  const late = new Command(specOfCall(['ECHO', 'late'], 0), ['late'], { timeoutMs: 10 });
  await assert.rejects(connection.run(late), { code: 'COMMAND_TIMEOUT', sent: 'maybe' });

  const next = call(connection, 'ECHO', 'next');
  connection.resume();
  assert.equal(await next, 'next');
});
