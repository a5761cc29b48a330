/** Who gets the messages of a name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ExactString } from '../protocol/exact-text.js';
import { RecordingMember } from './link-member.test.support.js';
import type { Subscription } from './subscription.js';
import { WantedNames } from './wanted-names.js';

interface Inbox extends Subscription {
  readonly payloads: ExactString[];
}

function newInbox(): Inbox {
  const payloads: ExactString[] = [];
  return {
    member: new RecordingMember(),
    payloads,
    onMessage: (_channel, data) => void payloads.push(data),
  };
}

test('each subscriber of a name has the bytes of a message for itself', () => {
  const names = new WantedNames();
  const inboxes = [newInbox(), newInbox(), newInbox()];
  for (const inbox of inboxes) names.add('a', inbox);

  names.deliver('a', 'a', Buffer.from('abc'), null);

  for (const { payloads } of inboxes) {
    assert.deepEqual(payloads, [Buffer.from('abc')]);
    (payloads[0] as Uint8Array).fill(0);
  }
});

test('a name is wanted until the last subscription of it is removed', () => {
  const names = new WantedNames();
  const [first, second] = [newInbox(), newInbox()];
  assert.equal(names.add('a', first), true);
  assert.equal(names.add('a', second), false);
  assert.equal(names.add('a', second), false);

  assert.equal(names.remove('a', first), false);
  assert.equal(names.remove('a', first), false, 'it has gone already');
  names.deliver('a', 'a', 'x', null);
  assert.deepEqual([first.payloads, second.payloads], [[], ['x']]);
  assert.deepEqual([...names.membersOf('a')], [second.member]);

  assert.equal(names.remove('a', second), true);
  assert.equal(names.has('a'), false);
});
