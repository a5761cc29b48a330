/** The contract suite itself: it notices backends that break the contract. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { MemoryBackend } from '../channels/backends/memory.js';
import type { BackendEvent, ChannelsBackend, HistoryOptions } from '../channels/core/backend.js';
import { ChannelsError } from '../channels/core/channels-error.js';
import { ChannelMessage } from '../channels/core/message.js';
import { type ContractCase, channelsBackendContract } from './channels-backend.js';

/** The names of the cases a backend does not pass. */
async function failing(create: () => ChannelsBackend, deadlineMs = 5_000): Promise<string[]> {
  const suite = channelsBackendContract(async () => ({ backend: create() }), { deadlineMs });
  const passes = async ({ run }: ContractCase): Promise<boolean> =>
    run().then(
      () => true,
      () => false,
    );
  const names: string[] = [];
  for (const each of suite) if (!(await passes(each))) names.push(each.name);
  return names;
}

class Correct extends MemoryBackend {
  constructor() {
    super({ history: 10 });
  }
}

/** Changes the events of a correct backend. */
function changing(change: (events: AsyncIterable<BackendEvent>) => AsyncGenerator<BackendEvent>) {
  return class extends Correct {
    override streamEvents(): AsyncGenerator<BackendEvent, void, undefined> {
      return change(super.streamEvents());
    }
  };
}

const faults: Record<string, new () => ChannelsBackend> = {
  'folds names to one case': class extends Correct {
    override publish(data: Uint8Array, names: readonly string[]): Promise<void> {
      return super.publish(data, [...new Set(names.map((name) => name.toLowerCase()))]);
    }
    override subscribe(names: readonly string[]): Promise<void> {
      return super.subscribe(names.map((name) => name.toLowerCase()));
    }
  },
  'keeps delivering after unsubscribe': class extends Correct {
    override async unsubscribe(): Promise<void> {}
  },
  'keeps its subscriptions over a restart': class extends Correct {
    readonly #names = new Set<string>();
    override subscribe(names: readonly string[]): Promise<void> {
      for (const name of names) this.#names.add(name);
      return super.subscribe(names);
    }
    override async onStartup(): Promise<void> {
      await super.onStartup();
      await super.subscribe([...this.#names]);
    }
  },
  'ends its stream while nothing is subscribed': class extends Correct {
    #isSubscribed = false;
    override subscribe(names: readonly string[]): Promise<void> {
      this.#isSubscribed = true;
      return super.subscribe(names);
    }
    override async *streamEvents(): AsyncGenerator<BackendEvent, void, undefined> {
      if (this.#isSubscribed) yield* super.streamEvents();
    }
  },
  'publishes to the first channel only': class extends Correct {
    override publish(data: Uint8Array, names: readonly string[]): Promise<void> {
      return super.publish(data, names.slice(0, 1));
    }
  },
  'swaps neighbours': changing(async function* (events) {
    let held: BackendEvent | undefined;
    for await (const event of events) {
      if (held === undefined) {
        held = event;
        continue;
      }
      yield event;
      yield held;
      held = undefined;
    }
    if (held !== undefined) yield held;
  }),
  'delivers twice': changing(async function* (events) {
    for await (const event of events) {
      yield event;
      yield event;
    }
  }),
  'decodes payloads as text': changing(async function* (events) {
    for await (const event of events) {
      if (event.type !== 'message') continue;
      const data = new TextEncoder().encode(event.text());
      yield new ChannelMessage(event.channel, data, event);
    }
  }),
  'gives history newest first': class extends Correct {
    override async getHistory(name: string, options: HistoryOptions): Promise<ChannelMessage[]> {
      return (await super.getHistory(name, options)).reverse();
    }
  },
  'gives the oldest of the history': class extends Correct {
    override async getHistory(name: string, options?: HistoryOptions): Promise<ChannelMessage[]> {
      return (await super.getHistory(name)).slice(0, options?.limit);
    }
  },
  'swallows publishing before startup': class extends Correct {
    override publish(data: Uint8Array, names: readonly string[]): Promise<void> {
      return super.publish(data, names).catch(() => undefined);
    }
  },
  'refuses history without saying so': class extends Correct {
    override readonly supportsHistory = false;
  },
};

test('the suite passes a backend that keeps the contract', async () => {
  assert.deepEqual(await failing(() => new Correct()), []);
});

test('the suite passes a backend that refuses history with the right code', async () => {
  class Refusing extends Correct {
    override readonly supportsHistory = false;
    override async getHistory(): Promise<ChannelMessage[]> {
      throw new ChannelsError('HISTORY_UNSUPPORTED', 'none kept');
    }
  }
  assert.deepEqual(await failing(() => new Refusing()), []);
});

for (const [fault, Faulty] of Object.entries(faults)) {
  test(`the suite fails a backend that ${fault}`, async () => {
    assert.notDeepEqual(await failing(() => new Faulty(), 50), []);
  });
}
