/** `MemoryBackend`: the contract, and what is its own. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { channelsBackendContract } from '../../contracts/channels-backend.js';
import { Channels } from '../core/channels.js';
import { MemoryBackend } from './memory.js';

for (const { name, run } of channelsBackendContract(async () => ({
  backend: new MemoryBackend({ history: 10 }),
}))) {
  test(name, run);
}

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

async function started(
  options: ConstructorParameters<typeof MemoryBackend>[0],
): Promise<MemoryBackend> {
  const backend = new MemoryBackend(options);
  await backend.onStartup();
  return backend;
}

async function offsets(backend: MemoryBackend, channel: string): Promise<(number | null)[]> {
  return (await backend.getHistory(channel)).map(({ offset }) => offset);
}

test('history is bounded per channel and its offsets go on', async () => {
  const backend = await started({ history: 3 });
  for (let n = 0; n < 5; n++) await backend.publish(bytes('x'), ['a']);
  assert.deepEqual(await offsets(backend, 'a'), [3, 4, 5]);
});

test('without history nothing is kept and reading it gives nothing', async () => {
  const backend = await started({});
  await backend.subscribe(['a']);
  await backend.publish(bytes('x'), ['a']);
  assert.deepEqual(await backend.getHistory('a'), []);
});

test('history survives a restart of the backend', async () => {
  const backend = await started({ history: 3 });
  await backend.subscribe(['a']);
  await backend.publish(bytes('x'), ['a']);
  await backend.onShutdown();
  await backend.onStartup();
  assert.deepEqual(await offsets(backend, 'a'), [1]);
});

test('reading the history of unknown channels leaves nothing behind', async () => {
  const backend = await started({ history: 1, maxIdleChannels: 1 });
  await backend.publish(bytes('x'), ['kept']);
  for (let n = 0; n < 10; n++) await backend.getHistory(`unknown ${n}`);
  assert.deepEqual(await offsets(backend, 'kept'), [1]);
});

test('of idle channels the longest unused is forgotten and begins a new epoch', async () => {
  const backend = await started({ history: 1, maxIdleChannels: 2 });
  await backend.publish(bytes('x'), ['a']);
  const [first] = await backend.getHistory('a');
  for (const channel of ['b', 'c']) await backend.publish(bytes('x'), [channel]);
  assert.deepEqual(await backend.getHistory('a'), []);
  assert.deepEqual(await offsets(backend, 'b'), [1]);
  await backend.publish(bytes('x'), ['a']);
  const [again] = await backend.getHistory('a');
  assert.equal(again?.offset, 1);
  assert.notEqual(again?.epoch, first?.epoch);
});

test('publishing to an idle channel keeps it longer', async () => {
  const backend = await started({ history: 5, maxIdleChannels: 2 });
  for (const channel of ['a', 'b', 'a', 'c']) await backend.publish(bytes('x'), [channel]);
  assert.deepEqual([await offsets(backend, 'a'), await offsets(backend, 'b')], [[1, 2], []]);
});

test('a subscribed channel is never forgotten', async () => {
  const backend = await started({ history: 1, maxIdleChannels: 1 });
  await backend.subscribe(['a']);
  await backend.publish(bytes('x'), ['a']);
  for (const channel of ['b', 'c', 'd']) await backend.publish(bytes('x'), [channel]);
  assert.deepEqual(await offsets(backend, 'a'), [1]);
});

test('a message still queued when its channel is left is not delivered to the next subscription', async () => {
  const backend = await started({});
  await backend.subscribe(['a']);
  await backend.publish(bytes('old'), ['a']);
  await backend.unsubscribe(['a']);
  await backend.subscribe(['a']);
  await backend.publish(bytes('new'), ['a']);
  const { value } = await backend.streamEvents()[Symbol.asyncIterator]().next();
  assert.equal(value?.type === 'message' && value.text(), 'new');
});

test('a second consumer of the stream is refused', async () => {
  const backend = await started({});
  const first = backend.streamEvents()[Symbol.asyncIterator]().next();
  await assert.rejects(backend.streamEvents()[Symbol.asyncIterator]().next(), {
    code: 'INVALID_OPTION',
  });
  await backend.onShutdown();
  assert.equal((await first).done, true);
});

test('a history that is no count is refused', () => {
  for (const history of [-1, 1.5, Number.NaN]) {
    assert.throws(() => new MemoryBackend({ history }), { code: 'INVALID_OPTION' });
  }
});

test('publishers wait for a reader that is far behind, and everything arrives in order', async () => {
  const backend = await started({});
  await backend.subscribe(['a']);
  let published = 0;
  const publishing = Promise.all(
    Array.from({ length: 12_000 }, (_, n) =>
      backend.publish(bytes(`${n}`), ['a']).then(() => published++),
    ),
  );
  await new Promise(setImmediate);
  assert.equal(published, 10_000);
  const texts: string[] = [];
  for await (const event of backend.streamEvents()) {
    if (event.type === 'message') texts.push(event.text());
    if (texts.length === 12_000) break;
  }
  await publishing;
  assert.deepEqual(
    texts,
    Array.from({ length: 12_000 }, (_, n) => `${n}`),
  );
});

test('callers that wait for each message leave the reader behind by no more than the bound', async () => {
  const backend = new MemoryBackend();
  await using channels = new Channels({ backend, channels: ['a'] });
  await channels.start();
  const subscriber = await channels.subscribe('a');
  let sent = 0;
  let received = 0;
  let farthest = 0;
  subscriber.runInBackground(() => received++);
  const caller = async (): Promise<void> => {
    while (sent < 60_000) {
      sent++;
      await channels.waitPublished('x', 'a');
      farthest = Math.max(farthest, sent - received - subscriber.size);
    }
  };
  await Promise.all(Array.from({ length: 64 }, caller));
  while (received < sent) await new Promise(setImmediate);
  assert.ok(farthest <= 10_000 + 2 * 64, `the hub was ${farthest} messages behind`);
});
