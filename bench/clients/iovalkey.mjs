/**
 * iovalkey, Valkey's fork of ioredis, with auto-pipelining: its fastest documented configuration.
 */
import { installedVersion } from './adapter.mjs';
import { IOREDIS_SHAPES, openIoredisLike } from './ioredis-like.mjs';

const load = () => import('iovalkey');

/** @type {import('./adapter.mjs').Adapter} */
export const iovalkeyAutoPipelining = {
  name: 'iovalkey-auto-pipelining',
  role: 'peer',
  configuration: '{ enableAutoPipelining: true }',
  version: () => installedVersion('iovalkey'),
  load,
  async connect(url) {
    const { Redis } = await load();
    return openIoredisLike(new Redis(url, { enableAutoPipelining: true, lazyConnect: true }));
  },
  shapes: IOREDIS_SHAPES,
};
