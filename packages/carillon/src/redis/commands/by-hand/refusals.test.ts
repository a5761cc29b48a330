/** What the methods of scripts, connections and users refuse before anything is sent. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Commands } from '../commands.js';

/** Sends nothing. */
class Unsent extends Commands<string> {
  constructor() {
    super('utf8');
  }

  run(): Promise<never> {
    return Promise.reject(new Error('it was sent'));
  }
}

test('arguments of the wrong form are refused with the name of the command', async () => {
  const redis = new Unsent();
  const refused = (call: Promise<unknown>, command: string) =>
    assert.rejects(call, { name: 'UsageError', code: 'INVALID_ARGUMENT', command });

  await refused(redis.eval('return 1', 'key' as never), 'EVAL');
  await refused(redis.fcall_ro('f', ['key'], 'value' as never), 'FCALL_RO');
  await refused(redis.functionList({ withCode: true } as never), 'FUNCTION LIST');
  await refused(redis.aclLog({ count: 1 } as never), 'ACL LOG');
  await refused(redis.clientKill({ lib: 'x' } as never), 'CLIENT KILL');
  await refused(redis.clientList({ ids: [1] } as never), 'CLIENT LIST');
  await refused(redis.clientTracking('ON', 'bcast' as never), 'CLIENT TRACKING');
});
