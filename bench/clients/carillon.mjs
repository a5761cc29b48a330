/**
 * Carillon itself, as built in the workspace beside `bench/`.
 *
 * Imported by path, not by name: `bench/` is outside the workspace so that the peers are no part
 * of an ordinary install.
 */
import { existsSync, readFileSync } from 'node:fs';

const PACKAGE = new URL('../../packages/carillon/', import.meta.url);
const DOOR = new URL('dist/entries/redis.js', PACKAGE);

/** @type {import('./adapter.mjs').Adapter} */
export const carillon = {
  name: 'carillon',
  role: 'ours',
  configuration: 'defaults',
  version() {
    if (!existsSync(DOOR)) {
      throw new Error('carillon/redis is not built: run `npm ci && npm run build` one folder up');
    }
    return JSON.parse(readFileSync(new URL('package.json', PACKAGE), 'utf8')).version;
  },
  async connect(url) {
    const { connect } = await import(DOOR.href);
    const client = await connect(url);
    return {
      get: (key) => client.get(key),
      set: (key, value) => client.set(key, value),
      close: () => client.close(),
    };
  },
};
