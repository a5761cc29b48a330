/** The decoder against what a real server sends, type by type. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { startServer, type TestServer } from '@carillon/test-kit';
import { CommandHead } from './command-head.js';
import { DecodeAs, Decoder, type DecoderOptions, INCOMPLETE } from './decoder.js';
import { type Argument, CommandEncoder } from './encoder.js';
import { Attributed, type Reply, VerbatimString } from './reply.js';

let server: TestServer;

before(async () => {
  server = await startServer();
});

after(async () => {
  await server.stop();
});

/** Sends HELLO 3 and one command over a socket of its own; resolves with the command's reply. */
async function ask(
  [name, ...args]: readonly [string, ...Argument[]],
  options: DecoderOptions = {},
): Promise<Reply> {
  const socket: Socket = connect(server.port, server.host);
  const encoder = new CommandEncoder();
  encoder.encode(new CommandHead('HELLO'), [3]);
  encoder.encode(new CommandHead(name), args);
  for (const chunk of encoder.take()) socket.write(chunk as string, 'latin1');
  const decoder = new Decoder(options);
  const replies: Reply[] = [];
  while (replies.length < 2) {
    const [chunk] = (await once(socket, 'data')) as [Buffer];
    decoder.feed(chunk);
    for (let reply = decoder.read(DecodeAs.text); reply !== INCOMPLETE; ) {
      replies.push(reply);
      reply = decoder.read(DecodeAs.text);
    }
  }
  socket.destroy();
  return replies[1] as Reply;
}

const TYPES: readonly (readonly [type: string, value: Reply])[] = [
  ['string', 'Hello World'],
  ['integer', 12345],
  // biome-ignore lint/suspicious/noApproximativeNumericConstant: what the server sends, not pi
  ['double', 3.141],
  ['null', null],
  ['array', [0, 1, 2]],
  ['set', [0, 1, 2]],
  [
    'map',
    new Map<Reply, Reply>([
      [0, false],
      [1, true],
      [2, false],
    ]),
  ],
  ['verbatim', 'This is a verbatim\nstring'],
  ['bignum', 1234567999999999999999999999999999999n],
  ['true', true],
  ['false', false],
  ['attrib', 'Some real reply following the attribute'],
];

for (const [type, value] of TYPES) {
  test(`DEBUG PROTOCOL ${type} is read as it is meant`, async () => {
    assert.deepEqual(await ask(['DEBUG', 'PROTOCOL', type]), value);
  });
}

test('attributes and the format of a verbatim string are kept on request', async () => {
  const attributed = await ask(['DEBUG', 'PROTOCOL', 'attrib'], { attributes: 'attach' });
  const verbatim = await ask(['DEBUG', 'PROTOCOL', 'verbatim'], { verbatim: 'tagged' });

  assert.ok(attributed instanceof Attributed);
  assert.deepEqual(attributed.attributes, new Map([['key-popularity', ['key:123', 90]]]));
  assert.deepEqual(verbatim, new VerbatimString('txt', 'This is a verbatim\nstring'));
});

test('the largest reply of a server, COMMAND DOCS, is read whole', async () => {
  const docs = await ask(['COMMAND', 'DOCS']);

  assert.ok(docs instanceof Map);
  assert.ok(docs.get('get') instanceof Map);
  assert.ok(docs.size > 200);
});
