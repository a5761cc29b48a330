/** `AbortGroup`: one event ends many tasks. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { AbortGroup } from './abort-group.js';
import { unlessAborted } from './waiting.js';

const waits = ({ signal }: AbortController): Promise<never> =>
  unlessAborted(new Promise(() => undefined), signal);

test('aborting ends the tasks that run and those begun later, with its first reason', async () => {
  const group = new AbortGroup();
  const running = [group.run(waits), group.run(waits)];
  group.abort(new Error('first'));
  group.abort(new Error('second'));
  running.push(group.run(waits));
  for (const task of running) await assert.rejects(task, /first/);
  assert.equal(group.aborted, true);
});

test('a signal or the task itself ends one task alone', async () => {
  const group = new AbortGroup();
  const controller = new AbortController();
  const other = group.run(waits);
  const signalled = group.run(waits, controller.signal);
  controller.abort(new Error('signal'));
  await assert.rejects(signalled, /signal/);
  await assert.rejects(group.run(waits, AbortSignal.abort(new Error('before'))), /before/);
  const itself = group.run((own) => {
    own.abort(new Error('itself'));
    return waits(own);
  });
  await assert.rejects(itself, /itself/);
  assert.equal(group.aborted, false);
  group.abort(new Error('end'));
  await assert.rejects(other, /end/);
});

test('a task that settles gives its outcome and is forgotten', async () => {
  const group = new AbortGroup();
  let seen: AbortSignal | undefined;
  const outcome = await group.run(async ({ signal }) => {
    seen = signal;
    return 7;
  });
  group.abort(new Error('later'));
  assert.equal(outcome, 7);
  assert.equal(seen?.aborted, false);
});
