/**
 * Valkey GLIDE: a Rust core with its own threads, inside the client's process.
 *
 * Its documentation names no faster configuration for one connection. It refuses more than 1,000
 * commands in flight unless `inflightRequestsLimit` is raised, which a workload above that needs.
 */
import { installedVersion } from './adapter.mjs';

/** @type {import('./adapter.mjs').Adapter} */
export const valkeyGlide = {
  name: 'valkey-glide',
  role: 'peer',
  configuration: 'defaults',
  version: () => installedVersion('@valkey/valkey-glide'),
  async connect(url) {
    const { GlideClient } = await import('@valkey/valkey-glide');
    const { hostname, port } = new URL(url);
    const client = await GlideClient.createClient({
      addresses: [{ host: hostname, port: Number(port) }],
    });
    return {
      get: (key) => /** @type {Promise<string | null>} */ (client.get(key)),
      set: (key, value) => client.set(key, value),
      close: () => client.close(),
    };
  },
};
