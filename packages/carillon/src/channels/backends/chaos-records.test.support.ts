/** What the processes of the chaos test tell, and how their accounts are held against each other. */
import assert from 'node:assert/strict';

/** One message that a process tried to publish. Times are Unix times in milliseconds. */
export interface PublishedRecord {
  readonly type: 'published';
  readonly channels: readonly string[];
  /** 1, 2, 3, ... in the order of publishing to these channels. */
  readonly number: number;
  readonly startedAt: number;
  readonly settledAt: number;
  /** Whether the server acknowledged it. If not, it may have been published or not. */
  readonly acknowledged: boolean;
}

/** One message that a process received. */
export interface ReceivedRecord {
  readonly type: 'received';
  readonly channel: string;
  readonly number: number;
}

/** One gap that a process was told of. */
export interface GapRecord {
  readonly type: 'gap';
  readonly channel: string;
  readonly since: number;
  readonly until: number;
}

/** A line of a process's account, in the order of what happened there. */
export type ChaosRecord = PublishedRecord | ReceivedRecord | GapRecord;

/** How a process is doing; sent to the test every 100 ms. */
export interface Progress {
  /** For each channel, when the newest message received there began to be published. */
  readonly newest: Readonly<Record<string, number>>;
  /** For each of its own channels, when its last message began to be published; null before that. */
  readonly last: Readonly<Record<string, number>> | null;
  /** Bytes in use after a collection. */
  readonly heapUsed: number;
}

/** What one subscriber's account comes to. */
export interface Balance {
  acknowledged: number;
  received: number;
  /** Acknowledged, not received, and within a gap that was told. */
  missed: number;
  gaps: number;
}

/**
 * Holds what one process received against what was published.
 *
 * An acknowledged message is received exactly once and in order, or lies within a gap by its time of
 * publishing. One that was not acknowledged is received at most once; it may come late, because a
 * server that was paused reads the connections of its clients in any order.
 *
 * @param published - Of all processes.
 * @param account - Of the one.
 */
export function balance(
  published: readonly PublishedRecord[],
  account: readonly ChaosRecord[],
): Balance {
  const sum: Balance = { acknowledged: 0, received: 0, missed: 0, gaps: 0 };
  for (const channel of new Set(published.flatMap(({ channels }) => channels))) {
    const sent = published.filter(({ channels }) => channels.includes(channel));
    const items = account.filter(
      (record): record is ReceivedRecord | GapRecord =>
        record.type !== 'published' && record.channel === channel,
    );
    balanceChannel(channel, sent, items, sum);
  }
  return sum;
}

function balanceChannel(
  channel: string,
  sent: readonly PublishedRecord[],
  items: readonly (ReceivedRecord | GapRecord)[],
  sum: Balance,
): void {
  const byNumber = new Map(sent.map((record) => [record.number, record]));
  const gaps: (GapRecord & { readonly position: number })[] = [];
  const positions = new Map<number, number>();
  let newest = 0;
  for (const [position, item] of items.entries()) {
    if (item.type === 'gap') {
      gaps.push({ ...item, position });
      continue;
    }
    const message = byNumber.get(item.number);
    assert.ok(message, `${channel} ${item.number} was received and never published`);
    assert.ok(!positions.has(item.number), `${channel} ${item.number} was received twice`);
    positions.set(item.number, position);
    if (!message.acknowledged) continue;
    assert.ok(item.number > newest, `${channel} ${item.number} was received after ${newest}`);
    newest = item.number;
  }

  for (const message of sent) {
    if (!message.acknowledged) continue;
    sum.acknowledged++;
    const position = positions.get(message.number);
    if (position === undefined) {
      const within = gaps.some(
        ({ since, until }) => message.startedAt <= until && message.settledAt >= since,
      );
      if (!within) {
        assert.fail(`${describe(channel, message)} was lost without a word: ${spans(gaps)}`);
      }
      sum.missed++;
      continue;
    }
    sum.received++;
    for (const gap of gaps) {
      const isRight =
        position < gap.position ? message.startedAt <= gap.until : message.settledAt >= gap.since;
      if (isRight) continue;
      assert.fail(`${describe(channel, message)} came on the wrong side of ${spans([gap])}`);
    }
  }
  sum.gaps += gaps.length;
}

function describe(channel: string, { number, startedAt, settledAt }: PublishedRecord): string {
  return `${channel} ${number}, published between ${startedAt} and ${settledAt},`;
}

function spans(gaps: readonly GapRecord[]): string {
  return `gaps ${gaps.map(({ since, until }) => `${since} to ${until}`).join(', ')}`;
}
