/** `MessageBuffer` against a plain model: what it keeps, what it drops, and what its gaps claim. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { MessageBuffer, type Overflow } from './message-buffer.js';
import { MessageGap } from './message-gap.js';

interface Message {
  readonly id: number;
  readonly size: number;
  readonly isNotice?: boolean;
}

/** What the model keeps of a message, with what was confirmed when it came. */
interface Kept extends Message {
  readonly confirmedAt: number;
}

/** What the model knows of a gap. */
interface Missing {
  readonly since: number;
  readonly until: number;
  /** All of them, in their order. */
  readonly reasons: readonly string[];
  readonly dropped: number;
}

type Cell =
  | { readonly message: Kept }
  | { readonly notice: Message }
  | { readonly missing: Missing };

interface Bounds {
  readonly maxMessages: number;
  readonly maxBytes: number;
}

type Step =
  | { readonly do: 'put'; readonly size: number }
  | { readonly do: 'notice' }
  | { readonly do: 'gap'; readonly lastedMs: number }
  | { readonly do: 'take' }
  | { readonly do: 'pass'; readonly ms: number }
  | { readonly do: 'confirm' };

const FULL = ['the buffer was full'];

/** The plainest buffer that keeps the promises: a list, gone through as a whole at every step. */
class Model {
  cells: Cell[] = [];
  dropped = 0;
  confirmedAt = Date.now();
  isFull = false;
  readonly told: string[] = [];
  readonly #overflow: Overflow;
  readonly #bounds: Bounds;

  constructor(overflow: Overflow, bounds: Bounds) {
    this.#overflow = overflow;
    this.#bounds = bounds;
  }

  get messages(): Kept[] {
    return this.cells.flatMap((cell) => ('message' in cell ? [cell.message] : []));
  }

  /** How many gaps and notices there are. */
  get apart(): number {
    return this.cells.filter((cell) => !('message' in cell)).length;
  }

  get #bytes(): number {
    return this.messages.reduce((sum, { size }) => sum + size, 0);
  }

  put(given: Message): void {
    const message = { ...given, confirmedAt: this.confirmedAt };
    const isOver = (): boolean => {
      const { length } = this.messages;
      const { maxMessages, maxBytes } = this.#bounds;
      return length > 0 && (length >= maxMessages || this.#bytes + message.size > maxBytes);
    };
    const tooMuch = isOver();
    if (tooMuch && (this.#overflow === 'pause' || this.#overflow === 'error')) this.#tell('full');
    if (tooMuch && (this.#overflow === 'drop-newest' || this.#overflow === 'error')) {
      this.cells.push({ missing: this.#drop(message) });
      this.#mergeGaps();
      return;
    }
    while (this.#overflow === 'drop-oldest' && isOver()) {
      const oldest = this.cells.findIndex((cell) => 'message' in cell);
      const { message: dropped } = this.cells[oldest] as { message: Kept };
      const gapsBefore = this.cells.slice(0, oldest).filter((cell) => 'missing' in cell);
      const missing = this.#drop(dropped);
      this.cells = [...gapsBefore, { missing }, ...this.cells.slice(oldest + 1)];
    }
    this.cells.push({ message });
    this.#mergeGaps();
  }

  putGap({ since, until, reason, dropped }: MessageGap): void {
    this.cells.push({ missing: { since, until, reasons: [reason], dropped } });
    this.#mergeGaps();
  }

  take(): Cell | undefined {
    const cell = this.cells.shift();
    const { maxMessages, maxBytes } = this.#bounds;
    const isHalfFree = this.messages.length <= maxMessages / 2 && this.#bytes <= maxBytes / 2;
    if (cell !== undefined && 'message' in cell && this.isFull && isHalfFree) this.#tell('room');
    return cell;
  }

  #drop({ confirmedAt }: Kept): Missing {
    this.dropped++;
    return { since: confirmedAt, until: Date.now(), reasons: FULL, dropped: 1 };
  }

  #tell(what: 'full' | 'room'): void {
    if (this.isFull === (what === 'full')) return;
    this.isFull = what === 'full';
    this.told.push(what);
  }

  #mergeGaps(): void {
    const merged: Cell[] = [];
    for (const cell of this.cells) {
      const last = merged.at(-1);
      if (last !== undefined && 'missing' in last && 'missing' in cell) {
        merged[merged.length - 1] = { missing: together(last.missing, cell.missing) };
      } else {
        merged.push(cell);
      }
    }
    this.cells = merged;
  }
}

function together(first: Missing, second: Missing): Missing {
  return {
    since: Math.min(first.since, second.since),
    until: Math.max(first.until, second.until),
    reasons: [...first.reasons, ...second.reasons],
    dropped: first.dropped + second.dropped,
  };
}

/** What a buffer gave, in the model's words. */
function shown(item: Message | MessageGap | undefined): unknown {
  if (!(item instanceof MessageGap)) return item?.id;
  const { since, until, reason, dropped } = item;
  return { since, until, reason, dropped };
}

function expected(cell: Cell | undefined): unknown {
  if (cell === undefined) return undefined;
  if ('missing' in cell) {
    const { reasons, ...rest } = cell.missing;
    const [first] = reasons;
    const other = reasons.findLast((reason) => reason !== first);
    return { ...rest, reason: other === undefined ? first : `${first}; ${other}` };
  }
  return 'message' in cell ? cell.message.id : cell.notice.id;
}

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('put'), size: fc.nat(12) }) },
    { weight: 3, arbitrary: fc.record({ do: fc.constant('take') }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('gap'), lastedMs: fc.nat(20) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('notice') }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('pass'), ms: fc.nat(5) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('confirm') }) },
  ) as fc.Arbitrary<Step>,
  { maxLength: 80 },
);
const bounds = fc.record({
  maxMessages: fc.oneof(fc.integer({ min: 1, max: 6 }), fc.constant(Number.POSITIVE_INFINITY)),
  maxBytes: fc.oneof(fc.integer({ min: 1, max: 40 }), fc.constant(Number.POSITIVE_INFINITY)),
});

for (const overflow of ['drop-oldest', 'drop-newest', 'error', 'pause'] as const) {
  test(`whatever is put in and taken out, a buffer is as its model says: ${overflow}`, () => {
    mock.timers.enable({ apis: ['Date'], now: 1_000_000 });
    try {
      fc.assert(
        fc.property(steps, bounds, (given, limits) => follow(given, overflow, limits)),
        { numRuns: 1_000 },
      );
    } finally {
      mock.timers.reset();
    }
  });
}

/** Does the steps with a buffer and with its model, and compares them after each. */
function follow(given: readonly Step[], overflow: Overflow, limits: Bounds): void {
  const model = new Model(overflow, limits);
  const told: string[] = [];
  const buffer = new MessageBuffer<Message>(
    { ...limits, overflow },
    {
      sizeOf: ({ size }) => size,
      isNotice: ({ isNotice = false }) => isNotice,
      confirmedAtMs: () => model.confirmedAt,
      onFull: () => void told.push('full'),
      onRoom: () => void told.push('room'),
    },
  );
  const takeBoth = (): void => assert.deepEqual(shown(buffer.take()), expected(model.take()));
  given.forEach((step, id) => {
    const now = Date.now();
    if (step.do === 'put') {
      buffer.put({ id, size: step.size });
      model.put({ id, size: step.size });
    } else if (step.do === 'gap') {
      const since = now - step.lastedMs;
      const gap = new MessageGap({ since, until: now, reason: `outage ${id % 3}`, dropped: 0 });
      buffer.putGap(gap);
      model.putGap(gap);
    } else if (step.do === 'notice') {
      buffer.putNotice({ id, size: 1_000, isNotice: true });
      model.cells.push({ notice: { id, size: 1_000 } });
    } else if (step.do === 'take') {
      takeBoth();
    } else if (step.do === 'pass') {
      mock.timers.setTime(now + step.ms);
    } else {
      model.confirmedAt = now;
    }
    assert.equal(buffer.length, model.messages.length);
    assert.equal(buffer.dropped, model.dropped);
    assert.equal(buffer.apart, model.apart);
    assert.equal(buffer.isEmpty, model.cells.length === 0);
    assert.deepEqual(told, model.told);
  });
  while (model.cells.length > 0) takeBoth();
  assert.equal(buffer.take(), undefined);
  assert.deepEqual(told, model.told);
}

test('by default 10,000 messages or 64 MiB are kept, and the oldest goes', () => {
  const newBuffer = (size: number): MessageBuffer<number> =>
    new MessageBuffer<number>({}, { sizeOf: () => size, confirmedAtMs: () => 0 });
  const [small, large] = [newBuffer(1), newBuffer(16 * 1_024 * 1_024)];

  for (let i = 0; i <= 10_000; i++) small.put(i);
  for (let i = 0; i <= 4; i++) large.put(i);

  assert.deepEqual([small.length, small.dropped, large.length, large.dropped], [10_000, 1, 4, 1]);
  assert.ok(small.take() instanceof MessageGap);
  assert.equal(small.take(), 1);
});

test('what is cleared was not dropped, and makes room', () => {
  const told: string[] = [];
  const buffer = new MessageBuffer<number>(
    { maxMessages: 2, overflow: 'pause' },
    {
      sizeOf: () => 1,
      confirmedAtMs: () => 0,
      onFull: () => void told.push('full'),
      onRoom: () => void told.push('room'),
    },
  );
  for (let i = 0; i < 3; i++) buffer.put(i);

  buffer.clear();

  assert.deepEqual(told, ['full', 'room']);
  assert.deepEqual([buffer.length, buffer.isEmpty, buffer.dropped], [0, true, 0]);
});

for (const overflow of ['drop-oldest', 'drop-newest'] as const) {
  test(`nothing piles up behind ten probes for each message: ${overflow}`, () => {
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    let confirmedAt = 0;
    const buffer = new MessageBuffer<number>(
      { maxMessages: 4, overflow },
      { sizeOf: () => 1, confirmedAtMs: () => confirmedAt },
    );
    const churn = (): void => {
      for (let i = 0; i < 200_000; i++) {
        confirmedAt += 10;
        buffer.put(i);
        if (i % 3 === 0) buffer.take();
      }
      collectGarbage();
    };
    churn();
    const before = process.memoryUsage().heapUsed;

    churn();

    const grown = process.memoryUsage().heapUsed - before;
    assert.ok(grown < 1_000_000, `grew by ${grown} bytes`);
  });
}
