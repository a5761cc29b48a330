/** What servers do with a subscriber who does not read: they keep so much for it, and then give it up. */
import { waitFor } from '@carillon/test-kit';
import type { Scene } from './scene.test.support.js';

/** Lets the servers keep 256 KiB for a subscriber meanwhile. */
export async function withOutputBuffer(scene: Scene, act: () => Promise<void>): Promise<void> {
  const name = 'client-output-buffer-limit';
  await scene.command('CONFIG', 'SET', name, 'pubsub 262144 0 0');
  try {
    await act();
  } finally {
    await scene.command('CONFIG', 'SET', name, 'pubsub 33554432 8388608 60');
  }
}

/**
 * Publishes until no connection is subscribed any more. Messages should be large: what the kernel and
 * the proxy hold of a connection is some megabytes.
 */
export async function untilGivenUp(scene: Scene, channel: string): Promise<void> {
  await waitFor(
    async () => {
      await scene.publisher.publish(channel);
      return (await scene.stage.subscriptions(channel)) === 0;
    },
    { intervalMs: 0, message: 'the server gave the subscriber up' },
  );
}
