/**
 * iovalkey, Valkey's fork of ioredis, with auto-pipelining: its fastest documented configuration.
 */
import { installedVersion } from './adapter.mjs';

/** @type {import('./adapter.mjs').Adapter} */
export const iovalkeyAutoPipelining = {
  name: 'iovalkey-auto-pipelining',
  role: 'peer',
  configuration: '{ enableAutoPipelining: true }',
  version: () => installedVersion('iovalkey'),
  async connect(url) {
    const { Redis } = await import('iovalkey');
    const client = new Redis(url, { enableAutoPipelining: true, lazyConnect: true });
    await client.connect();
    return {
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value),
      close: () => client.quit(),
    };
  },
};
