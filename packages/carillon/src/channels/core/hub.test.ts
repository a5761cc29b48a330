/** `Hub`: reference counting under any interleaving, and delivery. */
import assert from 'node:assert/strict';
import test from 'node:test';
import fc from 'fast-check';
import { type Deferred, deferred } from '../../util/deferred.js';
import { Hub } from './hub.js';
import {
  type BackendCall,
  message,
  ScriptedBackend,
  until,
} from './scripted-backend.test.support.js';
import { Subscription } from './subscription.js';

function subscription(): Subscription {
  return new Subscription({ maxMessages: Number.POSITIVE_INFINITY, strategy: 'backoff' }, true);
}

function drain({ backlog }: Subscription): (number | string | null)[] {
  const taken: (number | string | null)[] = [];
  for (let item = backlog.take(); item !== undefined; item = backlog.take()) {
    taken.push(item.type === 'gap' ? 'gap' : item.offset);
  }
  return taken;
}

function hubOf(backend: ScriptedBackend): { hub: Hub; troubles: Error[] } {
  const troubles: Error[] = [];
  return { hub: new Hub(backend, (error) => troubles.push(error)), troubles };
}

/** A call of the backend that waits until it is let go. */
interface Gate extends Deferred<void> {
  readonly call: BackendCall;
}

/** Makes calls of the backend wait until they are let go, one by one. */
function gated(backend: ScriptedBackend): Gate[] {
  const gates: Gate[] = [];
  backend.during = (call) => {
    const gate = { ...deferred<void>(), call };
    gates.push(gate);
    return gate.promise;
  };
  return gates;
}

test('the channels of one call go to the backend in one call, and only for the first member', async () => {
  const backend = new ScriptedBackend();
  const { hub } = hubOf(backend);
  const [one, two] = [subscription(), subscription()];
  await hub.acquire(one, ['a', 'b']);
  await hub.acquire(two, ['b', 'c']);
  assert.deepEqual(backend.channelsOf('subscribe'), ['a,b', 'c']);
  await hub.release(one, ['a', 'b']);
  await hub.release(two, ['b', 'c']);
  assert.deepEqual(backend.channelsOf('unsubscribe'), ['a', 'b,c']);
  assert.equal(hub.size, 0);
});

test('who joins while a channel is being subscribed waits for the same call', async () => {
  const backend = new ScriptedBackend();
  const gates = gated(backend);
  const { hub } = hubOf(backend);
  const joined = [hub.acquire(subscription(), ['a']), hub.acquire(subscription(), ['a'])];
  assert.equal(gates.length, 1);
  gates[0]?.resolve();
  await Promise.all(joined);
  assert.deepEqual(backend.channelsOf('subscribe'), ['a']);
});

test('a first subscriber that meets the last one leaving is subscribed anew and receives', async () => {
  const backend = new ScriptedBackend();
  const { hub } = hubOf(backend);
  const [leaving, coming] = [subscription(), subscription()];
  await hub.acquire(leaving, ['a']);
  const gates = gated(backend);
  const released = hub.release(leaving, ['a']);
  const acquired = hub.acquire(coming, ['a']);
  hub.deliver(message('a', 1)); // of the subscription that is going away: no hole may follow it
  gates[0]?.resolve();
  await until(() => gates.length === 2, 'subscribed again');
  gates[1]?.resolve();
  await Promise.all([released, acquired]);
  assert.ok(backend.subscribed.has('a'));
  hub.deliver(message('a', 2));
  assert.deepEqual(drain(coming), [2]);
});

test('a subscription given up while the backend works leaves nothing behind', async () => {
  const backend = new ScriptedBackend();
  const gates = gated(backend);
  const { hub } = hubOf(backend);
  const abort = new AbortController();
  const acquired = hub.acquire(subscription(), ['a', 'b'], abort.signal);
  abort.abort(new Error('given up'));
  await assert.rejects(acquired, /given up/);
  gates[0]?.resolve();
  await until(() => gates.length === 2, 'unsubscribed');
  gates[1]?.resolve();
  await until(() => hub.size === 0, 'no entry left');
  assert.equal(backend.subscribed.size, 0);
});

test('an aborted signal changes nothing at all', async () => {
  const backend = new ScriptedBackend();
  const { hub } = hubOf(backend);
  await assert.rejects(
    hub.acquire(subscription(), ['a'], AbortSignal.abort(new Error('no'))),
    /no/,
  );
  assert.deepEqual([hub.size, backend.calls.length], [0, 0]);
});

test('a refused subscription fails its callers, touches no other channel and leaves nothing', async () => {
  const backend = new ScriptedBackend();
  const { hub, troubles } = hubOf(backend);
  const kept = subscription();
  await hub.acquire(kept, ['kept']);
  backend.during = ({ name }) => {
    if (name === 'subscribe') throw new Error('refused');
  };
  const failed = subscription();
  const both = [hub.acquire(failed, ['kept', 'a']), hub.acquire(subscription(), ['a'])];
  for (const result of await Promise.allSettled(both)) assert.equal(result.status, 'rejected');
  await until(() => hub.size === 1, 'the failed channel is gone');
  hub.deliver(message('kept', 1));
  assert.deepEqual([drain(failed), drain(kept)], [[], [1]]);
  assert.deepEqual(backend.channelsOf('subscribe'), ['kept', 'a']);
  assert.deepEqual(troubles, []);
});

test('a channel the backend did not let go of is let go of by the next repair', async () => {
  const backend = new ScriptedBackend();
  const { hub, troubles } = hubOf(backend);
  const one = subscription();
  await hub.acquire(one, ['a']);
  backend.during = () => Promise.reject(new Error('away'));
  await hub.release(one, ['a']);
  assert.equal(troubles.length, 1);
  await assert.rejects(hub.repair(), /away/);
  backend.during = () => undefined;
  await hub.repair();
  assert.deepEqual([hub.size, backend.subscribed.size], [0, 0]);
});

test('after an interruption members get a gap before the next message', async () => {
  const backend = new ScriptedBackend();
  const { hub } = hubOf(backend);
  const [busy, quiet] = [subscription(), subscription()];
  await hub.acquire(busy, ['busy']);
  await hub.acquire(quiet, ['quiet']);
  hub.interrupt(0);
  const repaired = hub.repair();
  hub.deliver(message('busy', 1));
  await repaired;
  hub.deliver(message('quiet', 1));
  assert.deepEqual(
    [drain(busy), drain(quiet)],
    [
      ['gap', 1],
      ['gap', 1],
    ],
  );
  assert.deepEqual(backend.channelsOf('subscribe'), ['busy', 'quiet', 'busy,quiet']);
});

/** The gaps that wait in a subscription; everything else is thrown away. */
function gapsOf({ backlog }: Subscription): { since: number; until: number }[] {
  const gaps: { since: number; until: number }[] = [];
  for (let item = backlog.take(); item !== undefined; item = backlog.take()) {
    if (item.type === 'gap') gaps.push({ since: item.since, until: item.until });
  }
  return gaps;
}

test('a gap that was told before its subscription failed goes on where it ended', async () => {
  const backend = new ScriptedBackend();
  const { hub } = hubOf(backend);
  const member = subscription();
  await hub.acquire(member, ['a']);
  const gates = gated(backend);
  hub.interrupt(5);
  const refused = hub.repair();
  hub.deliver(message('a', 1));
  const [told] = gapsOf(member);
  gates[0]?.reject(new Error('no permission'));
  await assert.rejects(refused, /no permission/);
  const restored = hub.repair();
  gates[1]?.resolve();
  await restored;

  assert.equal(told?.since, 5);
  assert.deepEqual(
    gapsOf(member).map(({ since }) => since),
    [told.until],
  );
});

test('a gap that was told does not come back when its channel is left or stands again', async () => {
  const backend = new ScriptedBackend();
  const { hub } = hubOf(backend);
  const [member, next] = [subscription(), subscription()];
  await hub.acquire(member, ['a']);
  hub.pin(['a']);
  hub.interrupt(5);
  await hub.repair();
  assert.equal(gapsOf(member).length, 1);
  let refusals = 1;
  backend.during = ({ name }) => {
    if (name === 'subscribe' && refusals-- > 0) throw new Error('not yet');
  };
  hub.interrupt(9);
  await assert.rejects(hub.repair(), /not yet/);
  await hub.repair();
  await hub.acquire(next, ['a']);

  assert.deepEqual(
    gapsOf(member).map(({ since }) => since),
    [9],
  );
  assert.deepEqual(gapsOf(next), []);
});

test('a channel left after an interruption is let go of at the backend by the next repair', async () => {
  const backend = new ScriptedBackend();
  const { hub } = hubOf(backend);
  const one = subscription();
  await hub.acquire(one, ['a']);
  hub.interrupt(0);
  await hub.release(one, ['a']);
  await hub.repair();
  assert.deepEqual([hub.size, backend.subscribed.size], [0, 0]);
});

test('a subscribe call that an interruption overtook is made again', async () => {
  const backend = new ScriptedBackend();
  const gates = gated(backend);
  const { hub } = hubOf(backend);
  const acquired = hub.acquire(subscription(), ['a']);
  hub.interrupt(0);
  gates[0]?.resolve();
  await until(() => gates.length === 2, 'subscribed again');
  gates[1]?.resolve();
  await acquired;
  assert.deepEqual(backend.channelsOf('subscribe'), ['a', 'a']);
});

test('closing fails who waits and ends who waits for a release', async () => {
  const backend = new ScriptedBackend();
  const { hub } = hubOf(backend);
  const one = subscription();
  await hub.acquire(one, ['a']);
  gated(backend);
  const released = hub.release(one, ['a']);
  const acquired = hub.acquire(subscription(), ['b']);
  hub.close(new Error('closed'));
  await assert.rejects(acquired, /closed/);
  await released;
  assert.equal(hub.size, 0);
});

const CHANNELS = ['a', 'b', 'c'];

type Step =
  | { readonly do: 'acquire'; readonly who: number; readonly channels: readonly string[] }
  | { readonly do: 'release'; readonly who: number; readonly channels: readonly string[] }
  | { readonly do: 'abort'; readonly who: number }
  | { readonly do: 'answer'; readonly which: number; readonly fails: boolean }
  | { readonly do: 'interrupt' }
  | { readonly do: 'deliver'; readonly channel: string };

const someChannels = fc.subarray(CHANNELS, { minLength: 1 });
const someone = fc.nat(4);
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('acquire' as const),
      who: someone,
      channels: someChannels,
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('release' as const),
      who: someone,
      channels: someChannels,
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('abort' as const), who: someone }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      which: fc.nat(3),
      fails: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('interrupt' as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('deliver' as const),
      channel: fc.constantFrom(...CHANNELS),
    }),
  },
);

test('any interleaving of subscribe, unsubscribe, abort and failure ends clean', async () => {
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 40 }), runInterleaving), {
    numRuns: 500,
  });
});

async function runInterleaving(steps: readonly Step[]): Promise<void> {
  const backend = new ScriptedBackend();
  const gates = gated(backend);
  const gate = backend.during;
  const underWay = new Set<string>();
  const overlaps: string[] = [];
  backend.during = async (call) => {
    for (const channel of call.channels) {
      if (underWay.has(channel)) overlaps.push(channel);
      underWay.add(channel);
    }
    try {
      await gate(call);
    } finally {
      for (const channel of call.channels) underWay.delete(channel);
    }
  };
  const { hub } = hubOf(backend);
  const people = Array.from({ length: 5 }, () => ({
    subscription: subscription(),
    abort: new AbortController(),
    busy: false,
  }));
  let offset = 0;
  for (const action of steps) {
    switch (action.do) {
      case 'acquire': {
        const person = people[action.who];
        if (!person || person.busy) break;
        person.busy = true;
        person.abort = new AbortController();
        const { signal } = person.abort;
        const settled = (): void => {
          person.busy = false;
        };
        hub.acquire(person.subscription, action.channels, signal).then(settled, settled);
        break;
      }
      case 'release': {
        const person = people[action.who];
        // Users get a subscriber only once it stands.
        if (person && !person.busy) void hub.release(person.subscription, action.channels);
        break;
      }
      case 'abort':
        people[action.who]?.abort.abort(new Error('aborted'));
        break;
      case 'answer': {
        const [gate] = gates.splice(action.which % Math.max(1, gates.length), 1);
        if (!action.fails) gate?.resolve();
        if (!action.fails || gate === undefined) break;
        // The worst way to fail: with the effect, so that nobody knows.
        for (const channel of gate.call.channels) {
          if (gate.call.name === 'subscribe') backend.subscribed.add(channel);
          else backend.subscribed.delete(channel);
        }
        gate.reject(new Error('refused'));
        break;
      }
      case 'interrupt':
        hub.interrupt(0);
        break;
      case 'deliver': {
        const members = people.filter((p) => p.subscription.channels.has(action.channel));
        const others = people.filter((p) => !p.subscription.channels.has(action.channel));
        const before = others.map((p) => p.subscription.backlog.size);
        hub.deliver(message(action.channel, ++offset));
        assert.deepEqual(
          others.map((p) => p.subscription.backlog.size),
          before,
        );
        assert.ok(members.length === people.length - others.length);
        break;
      }
    }
    await Promise.resolve();
  }

  assert.deepEqual(overlaps, [], 'two calls for one channel at a time');

  // Let the backend recover; then it holds what is wanted, no more and no less.
  backend.during = () => undefined;
  for (const gate of gates) gate.resolve();
  await until(() => people.every((p) => !p.busy), 'all calls settled');
  // The first may find a failing call under way.
  await hub.repair().catch(() => undefined);
  await hub.repair().catch(() => undefined);
  await hub.repair();
  const wanted = new Set(people.flatMap((p) => [...p.subscription.channels]));
  await until(
    () => wanted.size === hub.size && backend.subscribed.size === wanted.size,
    'the backend holds what is wanted',
  );
  assert.deepEqual([...backend.subscribed].sort(), [...wanted].sort());
  for (const channel of wanted) hub.deliver(message(channel, ++offset));

  for (const { subscription: gone } of people) await hub.release(gone, CHANNELS);
  await until(() => hub.size === 0, 'no entry is left');
  assert.equal(backend.subscribed.size, 0);
  for (const { subscription: gone } of people) drain(gone);
  for (const channel of CHANNELS) hub.deliver(message(channel, ++offset));
  for (const { subscription: gone } of people) assert.deepEqual(drain(gone), []);
}
