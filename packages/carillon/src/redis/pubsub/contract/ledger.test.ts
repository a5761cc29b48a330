/** A ledger fails for each way in which a subscriber can lie. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MessageGap } from '../../connection/message-gap.js';
import { ConnectionError } from '../../errors/connection-error.js';
import type { PubSubItem } from '../items.js';
import { Ledger } from './ledger.test.support.js';
import { NumberedPublisher, type Publication } from './numbered-publisher.test.support.js';

/** A while after the tests began, so that gaps can lie anywhere around the publishing. */
const NOON = Date.now() + 60_000;

/** Ten messages to `news`, of which number n was published from 10 n to 10 n + 2 ms after noon. */
async function tenMessages(): Promise<{ publisher: NumberedPublisher; ledger: Ledger }> {
  const outlet = { publish: async () => {}, publishAll: async () => {} };
  const publisher = new NumberedPublisher(outlet);
  const ledger = new Ledger(publisher);
  ledger.stands('news');
  for (let n = 0; n < 10; n++) {
    const publication = await publisher.publish('news');
    Object.assign(publication, { sentAt: NOON + 10 * n, acknowledgedAt: NOON + 10 * n + 2 });
  }
  return { publisher, ledger };
}

function messageOf({ channel, data }: Publication): PubSubItem<string> {
  return { type: 'message', pattern: null, channel, data: data as string };
}

/** A gap between two times in milliseconds after noon. */
function gap(since: number, until: number, dropped = 0): MessageGap {
  return new MessageGap({ since: NOON + since, until: NOON + until, reason: 'test', dropped });
}

/** A ledger that was given these: numbers stand for messages. */
async function ledgerOf(...items: readonly (number | MessageGap)[]): Promise<Ledger> {
  const { publisher, ledger } = await tenMessages();
  const sent = publisher.sentTo('news');
  for (const item of items) {
    const each = typeof item === 'number' ? messageOf(sent[item] as Publication) : item;
    ledger.take(each, NOON + 1_000);
  }
  return ledger;
}

const HONEST: Readonly<Record<string, readonly (number | MessageGap)[]>> = {
  'everything in order': [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
  'a gap over what is missing, in its place': [0, 1, 2, gap(25, 55), 6, 7, 8, 9],
  'a gap that touches the first and the last missing': [0, 1, 2, gap(32, 50), 6, 7, 8, 9],
  'a gap in which nothing is missing': [0, 1, 2, gap(15, 28), 3, 4, 5, 6, 7, 8, 9],
  'two gaps that overlap': [0, 1, gap(15, 35), 4, gap(15, 65), 7, 8, 9],
  'a gap before the first message': [gap(0, 40), 5, 6, 7, 8, 9],
};

const LIES: Readonly<Record<string, { items: (number | MessageGap)[]; told: RegExp }>> = {
  'a missing message': { items: [0, 1, 2, 4, 5, 6, 7, 8, 9], told: /news 3,.*missing/ },
  'a missing first message': { items: [1, 2, 3, 4, 5, 6, 7, 8, 9], told: /news 0,.*missing/ },
  'a message twice in a row': { items: [0, 1, 1, 2, 3, 4, 5, 6, 7, 8, 9], told: /1,.*twice/ },
  'a message again later': { items: [0, 1, 2, 3, 1, 4, 5, 6, 7, 8, 9], told: /1,.*twice/ },
  'messages that changed places': { items: [0, 2, 1, 3, 4, 5, 6, 7, 8, 9], told: /1,.*after 2/ },
  'a gap that begins too late': { items: [0, 1, 2, gap(33, 55), 6, 7, 8, 9], told: /3,.*missing/ },
  'a gap that ends too early': { items: [0, 1, 2, gap(25, 49), 6, 7, 8, 9], told: /5,.*missing/ },
  'a gap that stands too late': { items: [0, 1, 2, 6, gap(25, 65), 7, 8, 9], told: /3,.*missing/ },
  'a gap that stands too early': { items: [0, 1, gap(15, 55), 2, 6, 7, 8, 9], told: /3,.*missing/ },
  'a message of before the gap behind it': {
    items: [0, 1, gap(25, 55), 2, 6, 7, 8, 9],
    told: /2,.*came after the gap/,
  },
  'a message of after the gap before it': {
    items: [0, 1, 2, 3, gap(15, 29), 4, 5, 6, 7, 8, 9],
    told: /3,.*came before the gap/,
  },
  'a gap that ends before it begins': { items: [0, gap(9, 8), 1], told: /ends before/ },
  'a gap from before the test': { items: [0, gap(-120_000, 8), 1], told: /before the test/ },
  'a gap into the future': { items: [0, gap(9, 2_000), 1], told: /after it was told/ },
  'a count that is none': { items: [0, gap(9, 10, -1), 1], told: /has dropped -1/ },
};

for (const [name, items] of Object.entries(HONEST)) {
  test(`a ledger accepts ${name}`, async () => {
    const ledger = await ledgerOf(...items);
    const received = items.filter((item) => typeof item === 'number').length;

    const balance = ledger.balance();

    assert.equal(balance.received, received);
    assert.equal(balance.missing, 10 - received);
    assert.equal(balance.gaps, items.length - received);
  });
}

for (const [name, { items, told }] of Object.entries(LIES)) {
  test(`a ledger does not accept ${name}`, async () => {
    const ledger = await ledgerOf(...items);

    assert.throws(() => ledger.balance(), { name: 'AssertionError', message: told });
  });
}

test('a ledger does not accept a message that changed or that nobody published', async () => {
  const { publisher, ledger } = await tenMessages();
  const [first] = publisher.sentTo('news') as [Publication];
  ledger.take({ ...(messageOf(first) as object), data: `${first.data}!` } as PubSubItem<string>);
  assert.throws(() => ledger.balance(), /changed/);

  const other = await ledgerOf(0);
  other.take({ type: 'message', pattern: null, channel: 'news', data: '10 of nobody' });
  assert.throws(() => other.balance(), /nobody published/);
});

test('what was not acknowledged may come or not, but never twice', async () => {
  const outlet = {
    publish: async () => Promise.reject(new ConnectionError('CONNECTION_LOST', { sent: 'maybe' })),
    publishAll: async () => {},
  };
  const publisher = new NumberedPublisher(outlet);
  const ledger = new Ledger(publisher);
  ledger.stands('news');
  for (let n = 0; n < 3; n++) await publisher.publish('news');
  const sent = publisher.sentTo('news');

  ledger.take(messageOf(sent[0] as Publication));
  ledger.take(messageOf(sent[2] as Publication));
  assert.deepEqual(ledger.balance(), { received: 2, missing: 0, gaps: 0, dropped: 0 });

  ledger.take(messageOf(sent[2] as Publication));
  assert.throws(() => ledger.balance(), /twice/);
});

test('what was published before a name stood or was under way when it was left need not come', async () => {
  const { publisher } = await tenMessages();
  const [honest, lying] = [new Ledger(publisher), new Ledger(publisher)];
  const both = [honest, lying];
  for (const ledger of both) ledger.stands('news');
  const due = await publisher.publish('news');
  const proof = await publisher.publish('news');
  await publisher.publish('news'); // still under way when the name is left
  const late = await publisher.publish('news');
  for (const publication of [due, proof]) honest.take(messageOf(publication));
  lying.take(messageOf(proof));
  for (const ledger of both) ledger.leaves('news');
  await publisher.publish('news');
  for (const ledger of both) ledger.stands('news');
  const last = await publisher.publish('news');

  for (const publication of [late, last]) {
    for (const ledger of both) ledger.take(messageOf(publication));
  }

  assert.equal(honest.balance().missing, 0);
  assert.throws(() => lying.balance(), /news 10,.*missing/);
});

test('a channel and a pattern that matches it are accounted each for itself', async () => {
  const { publisher } = await tenMessages();
  const ledger = new Ledger(publisher);
  ledger.stands('news');
  ledger.stands('n*', ['news']);
  const [one, two] = [await publisher.publish('news'), await publisher.publish('news')];
  const matched = ({ channel, data }: Publication): PubSubItem<string> => ({
    type: 'pmessage',
    pattern: 'n*',
    channel,
    data: data as string,
  });

  for (const each of [one, two]) ledger.take(messageOf(each));
  ledger.take(matched(two));

  assert.equal(ledger.newest('news'), two.sequence);
  assert.equal(ledger.newest('n*', 'news'), two.sequence);
  assert.throws(() => ledger.balance(), /n\* 10,.*missing/);
});
