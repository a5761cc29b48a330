/** Names on their way: which acknowledgement makes one stand, and which names are forgotten. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingMember } from './link-member.test.support.js';
import { PendingNames, SubscribeCall } from './pending-names.js';

/** What a call has come to. */
async function fateOf(call: SubscribeCall): Promise<unknown> {
  const end = call.wait().then(
    () => 'resolved',
    (error: Error) => error.message,
  );
  return Promise.race([end, new Promise((resolve) => setImmediate(resolve, 'waiting'))]);
}

test('a name left and wanted again stands by the last acknowledgement, not by the first', () => {
  const names = new PendingNames();
  names.add('a', false);
  names.send('a');
  names.abandon('a');
  names.add('a', false);
  names.send('a');

  assert.equal(names.settle('a'), undefined);
  assert.ok(names.has('a'));
  assert.equal(names.settle('a'), names.get('a'));
});

test('a name that nobody wants is forgotten when no acknowledgement of it is to come', () => {
  const names = new PendingNames();
  names.add('never sent', false);
  names.abandon('never sent');
  names.add('sent', false);
  names.send('sent');
  names.abandon('sent');

  assert.equal(names.has('never sent'), false);
  assert.equal(names.has('sent'), true);
  names.disconnect(() => false);
  assert.equal(names.has('sent'), false);
});

test('a lost connection leaves the names that are wanted, with nothing awaited', () => {
  const names = new PendingNames();
  names.add('a', false);
  names.send('a');
  names.send('a');

  names.disconnect((key) => key === 'a');

  names.send('a');
  assert.equal(names.settle('a'), names.get('a'), 'one acknowledgement is enough again');
});

test('a name that is left while it is restored was not interrupted for who wants it next', () => {
  const names = new PendingNames();
  names.add('a', true);
  names.send('a');
  names.abandon('a');
  names.add('a', false);
  names.send('a');

  names.settle('a');
  assert.equal(names.settle('a')?.isInterrupted, false);
});

test('a call resolves with the last of its names, whether that stands or was left', async () => {
  const names = new PendingNames();
  const [member, other] = [new RecordingMember(), new RecordingMember()];
  const call = new SubscribeCall(member);
  const others = new SubscribeCall(other);
  for (const key of ['a', 'b']) {
    names.add(key, false);
    assert.equal(names.wait(key, call), true);
    assert.equal(names.wait(key, others), true);
  }
  assert.equal(names.wait('stands', call), false);

  names.release('a', member);
  assert.equal(await fateOf(call), 'waiting');
  for (const each of names.get('b')?.calls ?? []) each.release();

  assert.equal(await fateOf(call), 'resolved');
  assert.equal(await fateOf(others), 'waiting');
  assert.equal(others.remaining, 1);
});

test('a call knows that it was sent, whether it came before or after that', () => {
  const names = new PendingNames();
  const [early, late, unsent] = [0, 1, 2].map(() => new SubscribeCall(new RecordingMember()));
  assert.ok(early && late && unsent);
  names.add('a', false);
  names.add('b', false);
  names.wait('a', early);
  names.wait('b', unsent);
  names.send('a');
  names.wait('a', late);

  assert.deepEqual([early.wasSent, late.wasSent, unsent.wasSent], [true, true, false]);
});

test('at the end every call fails with its own error, and no name is left', async () => {
  const names = new PendingNames();
  const member = new RecordingMember();
  const [sent, unsent] = [new SubscribeCall(member), new SubscribeCall(member)];
  names.add('a', false);
  names.add('b', false);
  names.wait('a', sent);
  names.wait('b', unsent);
  names.send('a');

  names.rejectAll(({ wasSent }) => new Error(wasSent ? 'sent' : 'not sent'));

  assert.equal(await fateOf(sent), 'sent');
  assert.equal(await fateOf(unsent), 'not sent');
  assert.equal(names.has('a') || names.has('b'), false);
});
