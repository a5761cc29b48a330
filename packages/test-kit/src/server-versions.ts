/**
 * Which servers `fetchServer` knows, and which Debian releases carry them.
 *
 * Releases move on: one that no longer has the version makes it unavailable, never another version.
 */

/** A server by name and release line. */
export type ServerVersion =
  | 'redis-6.0'
  | 'redis-8.0'
  | 'redis-8.6'
  | 'valkey-8.0'
  | 'valkey-8.1'
  | 'valkey-9.1';

/** Where a version is found. */
export interface VersionSource {
  /** Beginning of the version that the program must report. */
  readonly line: string;
  readonly package: 'redis-server' | 'valkey-server';
  /** Debian suites that hold the package and the libraries it needs. */
  readonly suites: readonly string[];
  /** The suite to prefer over the others, where apt would not choose it by itself. */
  readonly prefer?: string;
}

/** Every version, oldest first. */
export const SERVER_VERSIONS: Readonly<Record<ServerVersion, VersionSource>> = {
  'redis-6.0': {
    line: '6.0.',
    package: 'redis-server',
    suites: ['bullseye', 'bullseye-security'],
  },
  'redis-8.0': { line: '8.0.', package: 'redis-server', suites: ['trixie', 'trixie-security'] },
  'redis-8.6': {
    line: '8.6.',
    package: 'redis-server',
    suites: ['sid', 'experimental'],
    prefer: 'experimental',
  },
  'valkey-8.0': {
    line: '8.0.',
    package: 'valkey-server',
    suites: ['bookworm', 'bookworm-security', 'bookworm-backports'],
  },
  'valkey-8.1': { line: '8.1.', package: 'valkey-server', suites: ['trixie', 'trixie-security'] },
  'valkey-9.1': { line: '9.1.', package: 'valkey-server', suites: ['sid'] },
};
