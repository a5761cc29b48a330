/** `Health`: one state out of many reports. */
import assert from 'node:assert/strict';
import test from 'node:test';
import { Health } from './health.js';

function listened(): { health: Health; heard: string[] } {
  const health = new Health();
  const heard: string[] = [];
  health.listen(({ state, error }) => heard.push(error ? `${state} ${error.message}` : state));
  return { health, heard };
}

test('it is degraded while any part has a problem, and shows the one that came first', () => {
  const { health, heard } = listened();
  health.enter('running');
  health.report('backend', new Error('first'));
  health.report('publishing', new Error('second'));
  health.clear('backend');
  health.clear('publishing');
  assert.deepEqual(heard, ['up', 'degraded first', 'degraded second', 'up']);
});

test('another error of the same part is told, the same one again is not', () => {
  const { health, heard } = listened();
  health.enter('running');
  const again = new Error('again');
  for (const error of [new Error('once'), again, again]) health.report('stream', error);
  assert.deepEqual(heard, ['up', 'degraded once', 'degraded again']);
});

test('stopping forgets all problems, and none is taken while stopped', () => {
  const { health, heard } = listened();
  health.enter('running');
  health.report('stream', new Error('cut'));
  health.enter('stopped');
  health.report('stream', new Error('late'));
  health.enter('starting');
  assert.deepEqual(heard, ['up', 'degraded cut', 'stopped', 'starting']);
});
