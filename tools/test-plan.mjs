/**
 * The test plan: which suite runs which test files, and what share of the time it may take.
 *
 * Every test file belongs to exactly one suite; `npm test` fails on a file that is claimed by none
 * or by two. The shares of `npm test` add up to at most five minutes on two cores. A suite marked
 * `full` runs under `npm run test:full` only.
 *
 * `*.browser.test.ts` are the tests that need a real browser, `*.full.test.*` those too long for
 * every day; both lie beside the code like any other test. What several tests share is
 * `*.test.support.ts`: no test by itself, and no part of the published package.
 */

/**
 * @typedef {object} Suite
 * @property {string} name
 * @property {readonly string[]} files - Globs of source test files, from the top folder.
 * @property {number} shareSeconds - What it may take on two cores. A hang is ended at three times
 *   this, and not before 60 s.
 * @property {readonly import('./setup/programs.mjs').ProgramName[]} [needs] - Programs without
 *   which it cannot run.
 * @property {boolean} [needsBuild] - Uses the build though its own files are not compiled; a suite of
 *   compiled files needs it anyhow.
 * @property {boolean} [full] - Runs with `--full` only.
 */

/** What install, build and gates may take on two cores, when all is installed. */
export const OVERHEAD_SECONDS = 25;

/** What `npm test` may take on two cores. */
export const LIMIT_SECONDS = 300;

const LIBRARY = 'packages/carillon/src';

/**
 * The everyday tests below a folder.
 *
 * @param {string} folder
 */
const everyday = (folder) => `${folder}/**/!(*.browser|*.full).test.ts`;

/** @type {readonly Suite[]} */
export const PLAN = [
  { name: 'tools', files: ['tools/**/!(guides|*.full).test.mjs'], shareSeconds: 15 },
  { name: 'guides', files: ['tools/guides.test.mjs'], shareSeconds: 20, needs: ['redis-server'] },
  // Only tests that need none of bench's own dependencies.
  { name: 'bench', files: ['bench/**/*.test.mjs'], shareSeconds: 5 },
  { name: 'util', files: [everyday(`${LIBRARY}/util`)], shareSeconds: 5 },
  {
    name: 'protocol',
    files: [everyday(`${LIBRARY}/redis/protocol`), everyday(`${LIBRARY}/redis/errors`)],
    shareSeconds: 15,
  },
  {
    name: 'test-kit',
    files: [everyday('packages/test-kit/src')],
    shareSeconds: 20,
    needs: ['redis-server'],
  },
  {
    name: 'commands',
    files: [everyday(`${LIBRARY}/redis/commands`)],
    shareSeconds: 45,
    needs: ['redis-server'],
  },
  {
    name: 'connection',
    files: [everyday(`${LIBRARY}/redis/connection`)],
    shareSeconds: 25,
    needs: ['redis-server'],
  },
  {
    name: 'client',
    files: ['topology', 'pubsub', 'caching', 'client'].map((folder) =>
      everyday(`${LIBRARY}/redis/${folder}`),
    ),
    shareSeconds: 45,
    needs: ['redis-server'],
  },
  {
    name: 'store',
    files: [everyday(`${LIBRARY}/store`)],
    shareSeconds: 5,
    needs: ['redis-server'],
  },
  {
    name: 'channels',
    files: ['channels', 'client', 'contracts'].map((folder) => everyday(`${LIBRARY}/${folder}`)),
    shareSeconds: 25,
    needs: ['redis-server'],
  },
  {
    name: 'doors',
    files: [everyday(`${LIBRARY}/entries`)],
    shareSeconds: 10,
    needs: ['redis-server'],
  },
  {
    name: 'server',
    files: [everyday('packages/server/src')],
    shareSeconds: 15,
    needs: ['redis-server'],
  },
  {
    name: 'browser',
    files: ['packages/*/src/**/*.browser.test.ts'],
    shareSeconds: 25,
    needs: ['redis-server', 'chromium'],
  },
  {
    name: 'other-servers',
    files: [
      'packages/test-kit/src/fetch-server.full.test.ts',
      `${LIBRARY}/redis/client/other-servers.full.test.ts`,
      `${LIBRARY}/redis/commands/**/*.full.test.ts`,
      'tools/commands/*.full.test.mjs',
      `${LIBRARY}/channels/backends/redis-pubsub.full.test.ts`,
    ],
    shareSeconds: 120,
    full: true,
  },
  {
    name: 'packaging',
    files: ['tools/packaging/*.full.test.mjs'],
    shareSeconds: 120,
    needsBuild: true,
    full: true,
  },
  {
    name: 'runtimes',
    files: ['tools/runtimes/*.full.test.mjs'],
    shareSeconds: 120,
    needsBuild: true,
    needs: ['redis-server'],
    full: true,
  },
  {
    name: 'pubsub-at-length',
    files: [`${LIBRARY}/redis/pubsub/**/*.full.test.ts`],
    shareSeconds: 150,
    needs: ['redis-server'],
    full: true,
  },
  {
    name: 'large-strings',
    files: [`${LIBRARY}/redis/protocol/*.full.test.ts`],
    shareSeconds: 20,
    full: true,
  },
  {
    name: 'soak',
    files: [`${LIBRARY}/redis/client/soak.full.test.ts`],
    shareSeconds: 330,
    needs: ['redis-server'],
    full: true,
  },
  {
    name: 'chaos',
    files: [`${LIBRARY}/channels/backends/chaos.full.test.ts`],
    shareSeconds: 120,
    needs: ['redis-server'],
    full: true,
  },
];
