/** Who is told of an outage, of what, and when. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RecordingMember } from './link-member.test.support.js';
import { Outage } from './outage.js';

const FIRST = { since: 1, reason: 'first loss' };
const SECOND = { since: 2, reason: 'second loss' };
const LOST = new Error('lost');

test('whoever had a name is told a gap at the end, whoever had none is only told that it is over', () => {
  const outage = new Outage();
  const [reader, idler] = [new RecordingMember(), new RecordingMember()];
  outage.interrupt(reader, FIRST);
  for (const member of [reader, idler]) outage.tellDown(member, LOST, undefined);
  assert.equal(outage.isOver, false);

  outage.end(9);

  assert.equal(outage.isOver, true);
  assert.deepEqual(reader.told, ['down lost', 'gap since 1: first loss', 'up']);
  assert.deepEqual(idler.told, ['down lost', 'up']);
});

test('a second loss before the end of the first leaves one gap, which begins with the first', () => {
  const outage = new Outage();
  const member = new RecordingMember();
  outage.interrupt(member, FIRST);
  outage.interrupt(member, SECOND);

  outage.end(9);

  assert.deepEqual(member.told, ['gap since 1: first loss', 'up']);
});

test('a name refused in two outages is owed the gap since the first, once', () => {
  const outage = new Outage();
  const member = new RecordingMember();
  for (const gap of [FIRST, SECOND]) {
    outage.interrupt(member, gap);
    outage.refuse(member, 'channel', 'a');
    outage.end(9);
  }
  member.told.length = 0;

  outage.join(member, 'channel', 'a');
  outage.join(member, 'channel', 'a');

  assert.deepEqual(member.told, ['restored channel a', 'gap since 1: first loss']);
});

test('a member of which nothing stands is told that it is over when something does', () => {
  const outage = new Outage();
  const member = new RecordingMember();
  outage.interrupt(member, FIRST);
  outage.refuse(member, 'pattern', 'a*');
  member.hasNames = false;

  outage.end(9);
  assert.deepEqual(member.told, []);
  outage.join(member, 'channel', 'a*');
  assert.deepEqual(member.told, [], 'a channel of that name is another one');
  outage.join(member, 'pattern', 'a*');

  assert.deepEqual(member.told, ['restored pattern a*', 'gap since 1: first loss', 'up']);
});

test('a member that has left is told nothing more, and what it was owed is forgotten', () => {
  const outage = new Outage();
  const member = new RecordingMember();
  outage.interrupt(member, FIRST);
  outage.refuse(member, 'channel', 'a');
  outage.forget(member);

  outage.end(9);
  outage.join(member, 'channel', 'a');

  assert.equal(outage.isOver, true);
  assert.deepEqual(member.told, []);
});
