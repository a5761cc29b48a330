/** A backend that fails: state, repair, gaps. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { deferred } from '../../util/deferred.js';
import { constant, none } from '../../util/retry-policy.js';
import { type BackendGap, StreamInterruptedError } from './backend.js';
import type { SubscriberItem } from './backlog.js';
import { Channels } from './channels.js';
import type { ChannelsOptions } from './channels-options.js';
import { ScriptedBackend, until } from './scripted-backend.test.support.js';

function channelsOn(backend: ScriptedBackend, options: Partial<ChannelsOptions> = {}): Channels {
  return new Channels({
    backend,
    channels: ['a', 'b'],
    retry: constant({ delayMs: 1 }),
    ...options,
  });
}

/** Records every state, with the error's message behind `degraded`. */
function statesOf(channels: Channels): string[] {
  const states: string[] = [];
  channels.onStateChange(({ state, error }) =>
    states.push(error === null ? state : `${state}: ${error.message}`),
  );
  return states;
}

async function take(items: AsyncIterable<SubscriberItem>, count: number): Promise<unknown[]> {
  const taken: unknown[] = [];
  for await (const item of items) {
    taken.push(item.type === 'gap' ? 'gap' : item.offset);
    if (taken.length === count) break;
  }
  return taken;
}

test('a stream that throws is opened again, subscriptions are renewed and delivery resumes', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend, { arbitraryChannelsAllowed: true });
  const states = statesOf(channels);
  await channels.start();
  const subscriber = await channels.subscribe(['a', 'mine'], { gaps: true });
  backend.message('mine', 1);
  backend.breakStream(new Error('cut'));
  await until(() => backend.streams === 2 && channels.state === 'up', 'repaired');
  backend.message('mine', 2);
  assert.deepEqual((await take(subscriber, 4)).sort(), [1, 2, 'gap', 'gap']);
  assert.deepEqual(states, ['starting', 'up', 'degraded: cut', 'up']);
  assert.deepEqual(backend.channelsOf('subscribe').at(-1), 'a,b,mine');
});

test('the gap of a broken stream begins where the backend says, else with the stream', async () => {
  const backend = new ScriptedBackend();
  const before = Date.now();
  await using channels = channelsOn(backend);
  await channels.start();
  const subscriber = await channels.subscribe('a', { gaps: true });
  const sinces: number[] = [];
  subscriber.runInBackground((item) => item.type === 'gap' && sinces.push(item.since));

  backend.breakStream(new StreamInterruptedError(new Error('cut'), 7));
  await until(() => sinces.length === 1, 'told of the first');
  await until(() => Date.now() > (sinces[0] ?? 0) && channels.state === 'up', 'repaired');
  const opened = Date.now();
  backend.message('a', 1);
  backend.emit({ type: 'down', error: new Error('away') });
  await until(() => channels.state === 'degraded', 'a later event');
  backend.breakStream(new Error('cut again'));
  await until(() => sinces.length === 2, 'told of the second');

  assert.equal(sinces[0], 7);
  assert.ok(Number(sinces[1]) >= before && Number(sinces[1]) <= opened);
  await until(() => channels.state === 'up', 'the end of the stream ended its `down` too');
});

test('a stream that just ends is no silence: the state says so and it is opened again', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend);
  const states = statesOf(channels);
  await channels.start();
  const subscriber = await channels.subscribe('a');
  backend.endStream();
  await until(() => backend.streams === 2 && channels.state === 'up', 'repaired');
  backend.message('a', 1);
  assert.deepEqual(await take(subscriber, 1), [1]);
  assert.match(states[2] ?? '', /degraded: .*ended/);
});

test('a stream that keeps failing is tried again and again until it works', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend);
  await channels.start();
  const subscriber = await channels.subscribe('a');
  for (let n = 0; n < 5; n++) backend.breakStream(new Error(`cut ${n}`));
  await until(() => backend.streams === 6 && channels.state === 'up', 'repaired');
  backend.message('a', 1);
  assert.deepEqual(await take(subscriber, 1), [1]);
});

test('a subscription the backend refuses after an interruption is tried until it stands', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend);
  await channels.start();
  const subscriber = await channels.subscribe('a');
  let refusals = 3;
  backend.during = ({ name }) => {
    if (name === 'subscribe' && refusals-- > 0) throw new Error('not yet');
  };
  backend.subscribed.clear();
  backend.breakStream(new Error('cut'));
  await until(() => channels.state === 'up' && backend.subscribed.has('a'), 'repaired');
  backend.message('a', 1);
  assert.deepEqual(await take(subscriber, 1), [1]);
});

test('a channel the backend does not let go of is tried again, and the user’s call does not fail', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend, { arbitraryChannelsAllowed: true });
  await channels.start();
  const subscriber = await channels.subscribe('mine');
  let refusals = 2;
  backend.during = ({ name }) => {
    if (name === 'unsubscribe' && refusals-- > 0) throw new Error('not yet');
  };
  await channels.unsubscribe(subscriber);
  assert.equal(channels.state, 'degraded');
  await until(() => channels.state === 'up', 'repaired');
  assert.ok(!backend.subscribed.has('mine'));
});

test('what the backend says of its connection is the state', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend);
  const states = statesOf(channels);
  await channels.start();
  backend.emit({ type: 'down', error: new Error('away') });
  await until(() => channels.state === 'degraded', 'down');
  assert.equal(channels.error?.message, 'away');
  backend.emit({ type: 'up' });
  await until(() => channels.state === 'up', 'up');
  assert.equal(channels.error, null);
  assert.deepEqual(states, ['starting', 'up', 'degraded: away', 'up']);
});

test('gaps go to those who ask, in their place, and to nobody else', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend);
  await channels.start();
  const asking = await channels.subscribe('a', { gaps: true });
  const plain = await channels.subscribe('a');
  const gap: BackendGap = { type: 'gap', channel: 'a', since: 1, until: 2, reason: 'test' };
  backend.message('a', 1);
  backend.emit(gap);
  backend.message('a', 4);
  assert.deepEqual(await take(asking, 3), [1, 'gap', 4]);
  assert.deepEqual(await take(plain, 2), [1, 4]);
});

test('a backend that does not start makes start reject, and nothing is left running', async () => {
  const backend = new ScriptedBackend();
  const channels = channelsOn(backend);
  backend.during = ({ name }) => {
    if (name === 'onStartup') throw new Error('away');
  };
  await assert.rejects(channels.start(), /away/);
  assert.equal(channels.state, 'stopped');
  assert.throws(() => channels.publish('x', 'a'), { code: 'NOT_STARTED' });
  backend.during = () => undefined;
  await channels.start();
  assert.equal(channels.state, 'up');
  await channels.stop();
});

test('declared channels the backend refuses make start reject', async () => {
  const backend = new ScriptedBackend();
  const channels = channelsOn(backend);
  backend.during = ({ name }) => {
    if (name === 'subscribe') throw new Error('no permission');
  };
  await assert.rejects(channels.start(), /no permission/);
  assert.equal(channels.state, 'stopped');
});

test('allowed to, it starts degraded, and recovers by itself', async () => {
  for (const failing of ['onStartup', 'subscribe'] as const) {
    const backend = new ScriptedBackend();
    await using channels = channelsOn(backend);
    let failures = 3;
    backend.during = ({ name }) => {
      if (name === failing && failures-- > 0) throw new Error('away');
    };
    await channels.start({ allowDegraded: true });
    assert.equal(channels.state, 'degraded');
    await until(() => channels.state === 'up', 'recovered');
    const subscriber = await channels.subscribe('a');
    backend.message('a', 1);
    assert.deepEqual(await take(subscriber, 1), [1]);
  }
});

test('a backend that waits for its server while it says so lets start return degraded', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend);
  const connected = deferred<void>();
  backend.during = ({ name }) => (name === 'subscribe' ? connected.promise : undefined);
  const starting = channels.start({ allowDegraded: true });
  await until(() => backend.streams === 1, 'the stream is open');
  backend.emit({ type: 'down', error: new Error('away') });
  await starting;
  assert.equal(channels.error?.message, 'away');
  backend.emit({ type: 'up' });
  connected.resolve();
  await until(() => channels.state === 'up', 'recovered');
});

test('a policy that gives up leaves the last problem in the state', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend, { retry: none() });
  await channels.start();
  backend.breakStream(new Error('cut'));
  await until(() => channels.state === 'degraded', 'degraded');
  assert.equal(backend.streams, 1);
});

test('stopping while starting ends both', async () => {
  const backend = new ScriptedBackend();
  const channels = channelsOn(backend);
  const gate = deferred<void>();
  backend.during = ({ name }) => (name === 'onStartup' ? gate.promise : undefined);
  const starting = channels.start();
  const stopping = channels.stop({ deadlineMs: 10 });
  await assert.rejects(starting, { code: 'STOPPED' });
  await stopping;
  gate.resolve();
  // The start that came too late is undone.
  const shutdowns = (): number => backend.calls.filter(({ name }) => name === 'onShutdown').length;
  await until(() => shutdowns() === 2, 'shut down after the late start');
  assert.equal(channels.state, 'stopped');
});

test('a listener that throws harms nobody, and one that ended hears nothing', async () => {
  const backend = new ScriptedBackend();
  const channels = channelsOn(backend);
  channels.onStateChange(() => {
    throw new Error('a listener that throws');
  });
  const heard: string[] = [];
  const listener = ({ state }: { state: string }): unknown => heard.push(state);
  const end = channels.onStateChange(listener);
  await channels.start();
  end();
  await channels.stop();
  assert.deepEqual(heard, ['starting', 'up']);
});

test('subscriptions that are repaired do not hide a stream that is not', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend, { retry: none() });
  const gate = deferred<void>();
  backend.during = ({ name }) => (name === 'subscribe' ? gate.promise : undefined);
  const starting = channels.start({ allowDegraded: true });
  await until(() => backend.streams === 1, 'the stream is open');
  backend.breakStream(new Error('cut'));
  await starting;
  gate.resolve();
  await until(() => backend.subscribed.has('a'), 'subscribed');
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(channels.error?.message, 'cut');
});

test('a channel that is not let go of while others are repaired is not forgotten', async () => {
  const backend = new ScriptedBackend();
  await using channels = channelsOn(backend, { arbitraryChannelsAllowed: true });
  await channels.start();
  const subscriber = await channels.subscribe('mine');
  const gate = deferred<void>();
  let refusals = 1;
  backend.during = ({ name }) => {
    if (name === 'unsubscribe' && refusals-- > 0) throw new Error('not yet');
    return name === 'subscribe' ? gate.promise : undefined;
  };
  backend.breakStream(new Error('cut'));
  await until(() => backend.streams === 2, 'being repaired');
  const leaving = channels.unsubscribe(subscriber);
  gate.resolve();
  await leaving;
  await until(() => !backend.subscribed.has('mine') && channels.state === 'up', 'repaired');
  assert.deepEqual(backend.channelsOf('unsubscribe'), ['mine', 'mine']);
});

test('after a failed publish the backend is probed until it would take a message again', async () => {
  const backend = new ScriptedBackend();
  const channels = channelsOn(backend);
  await channels.start();
  let probes = 0;
  backend.probe = async () => {
    if (++probes < 3) throw new Error('still away');
  };
  backend.during = ({ name }) => {
    if (name === 'publish') throw new Error('away');
  };

  await assert.rejects(channels.waitPublished('x', 'a'), /away/);
  assert.equal(channels.state, 'degraded');
  await until(() => channels.state === 'up', 'up without another publish');

  assert.equal(probes, 3);
  await channels.stop();
});

test('a backend that cannot be probed is degraded until a publish goes through', async () => {
  const backend = new ScriptedBackend();
  const channels = channelsOn(backend);
  await channels.start();
  backend.during = ({ name }) => {
    if (name === 'publish') throw new Error('away');
  };

  await assert.rejects(channels.waitPublished('x', 'a'), /away/);
  backend.during = () => undefined;
  assert.equal(channels.state, 'degraded');
  await channels.waitPublished('x', 'a');

  assert.equal(channels.state, 'up');
  await channels.stop();
});

test('a retry policy that throws gives up, is reported, and stops nothing', async (t) => {
  const warnings: string[] = [];
  t.mock.method(process, 'emitWarning', (warning: Error) => warnings.push(warning.message));
  const broken = (): number => {
    throw new Error('from the policy');
  };
  const backend = new ScriptedBackend();
  const channels = channelsOn(backend, {
    retry: { start: () => ({ next: broken, reset: () => undefined }) },
  });
  await channels.start();
  backend.breakStream(new Error('cut'));
  await until(() => channels.state === 'degraded', 'degraded');
  await new Promise(setImmediate);
  assert.equal(channels.error?.message, 'cut');
  assert.deepEqual(warnings, ['from the policy']);
  await channels.stop();
  assert.equal(channels.state, 'stopped');
});
