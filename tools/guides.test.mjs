/**
 * Every program in `docs/guides/` compiles, runs to its end, and prints what it says it prints.
 *
 * A block marked `ts` is one program. `redis://localhost` in it becomes the address of a fresh server;
 * comments `// prints: text` are its output, in the order of its lines, with the server's address as
 * `localhost:6379`. A block without `import` runs with `redis` connected and `connect` imported. One
 * marked `ts compiled only` is not run: it needs what no test has here, such as another host.
 */
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { startServer } from '@carillon/test-kit';
import { transform } from 'esbuild';
import { writeDeclarations } from './declarations/write.mjs';

const TOP = new URL('../', import.meta.url);
const GUIDES = new URL('docs/guides/', TOP);
/** Inside the workspace, so that `carillon/redis` is found. */
const PROGRAMS = new URL('.cache/guides/', TOP);

/** A link to a document here, and to a heading in it. */
const LINK = /\]\(([\w./-]+\.md)(?:#([\w-]+))?\)/g;

/**
 * @typedef {object} Program
 * @property {string} name `guide-line`, to find it by.
 * @property {string} source
 * @property {string[]} prints
 * @property {boolean} runs
 */

/**
 * @param {string} guide
 * @returns {Program[]}
 */
function programsOf(guide) {
  const text = readFileSync(new URL(guide, GUIDES), 'utf8');
  return [...text.matchAll(/^```ts( compiled only)?\n(.*?)^```$/gms)].map((match) => {
    const block = match[2] ?? '';
    const line = text.slice(0, match.index).split('\n').length;
    return {
      name: `${guide.replace('.md', '')}-${line}`,
      source: /^import /m.test(block) ? block : withClient(block),
      prints: [...block.matchAll(/^ *\/\/ prints: (.*)$/gm)].map(([, output]) => output ?? ''),
      runs: match[1] === undefined,
    };
  });
}

/** @param {string} block */
function withClient(block) {
  return [
    "import { connect } from 'carillon/redis';",
    "const redis = await connect('redis://localhost');",
    block,
    'await redis.close();',
  ].join('\n');
}

const PROGRAMS_OF_ALL = readdirSync(GUIDES).flatMap(programsOf);

before(async () => {
  writeDeclarations(fileURLToPath(TOP));
  rmSync(PROGRAMS, { recursive: true, force: true });
  mkdirSync(PROGRAMS, { recursive: true });
  for (const { name, source } of PROGRAMS_OF_ALL) {
    writeFileSync(new URL(`${name}.ts`, PROGRAMS), `${source}\nexport {};\n`);
  }
});
after(() => rmSync(PROGRAMS, { recursive: true, force: true }));

test('the guides hold programs', () => {
  assert.ok(existsSync(GUIDES));
  assert.ok(PROGRAMS_OF_ALL.length > 2);
});

test('every link of a guide to a document and its headings leads somewhere', () => {
  for (const guide of readdirSync(GUIDES)) {
    const text = readFileSync(new URL(guide, GUIDES), 'utf8');
    for (const [link, path = '', heading] of text.matchAll(LINK)) {
      const target = new URL(path, GUIDES);
      assert.ok(existsSync(target), `${guide}: ${link}`);
      if (heading !== undefined)
        assert.ok(anchorsOf(target).includes(heading), `${guide}: ${link}`);
    }
  }
});

test('every program of the guides compiles as a user would compile it', {
  timeout: 60_000,
}, async () => {
  const config = {
    compilerOptions: {
      target: 'ES2022',
      lib: ['ES2023', 'ESNext.Disposable'],
      module: 'NodeNext',
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: ['node'],
    },
    include: ['*.ts'],
  };
  writeFileSync(new URL('tsconfig.json', PROGRAMS), JSON.stringify(config));
  await run('npx', ['tsc', '-p', fileURLToPath(PROGRAMS)]);
});

describe('guide programs', { concurrency: 2 }, () => {
  for (const { name, source, prints } of PROGRAMS_OF_ALL.filter(({ runs }) => runs)) {
    test(`${name} runs and prints what it says`, { timeout: 30_000 }, async () => {
      const server = await startServer();
      try {
        const address = `127.0.0.1:${server.port}`;
        const placed = source.replaceAll('redis://localhost', `redis://${address}`);
        // Node 20 has no `await using`: written as it will be read, lowered to be run.
        const { code } = await transform(placed, { loader: 'ts', format: 'esm', target: 'node20' });
        const program = new URL(`${name}.mjs`, PROGRAMS);
        writeFileSync(program, code);
        const output = await run(process.execPath, [fileURLToPath(program)]);
        const lines = output.replaceAll(address, 'localhost:6379').trimEnd().split('\n');
        if (prints.length > 0) assert.deepEqual(lines, prints);
      } finally {
        await server.stop();
      }
    });
  }
});

/**
 * The headings of a document as links name them.
 *
 * @param {URL} document
 */
function anchorsOf(document) {
  const headings = [...readFileSync(document, 'utf8').matchAll(/^#+ (.*)$/gm)];
  return headings.map(([, heading = '']) =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

/**
 * @param {string} command
 * @param {string[]} args
 */
async function run(command, args) {
  try {
    const { stdout } = await promisify(execFile)(command, args, { timeout: 25_000 });
    return stdout;
  } catch (error) {
    const { stdout, stderr } = /** @type {{ stdout: string, stderr: string }} */ (error);
    throw new Error(`${command} failed:\n${stdout}${stderr}`);
  }
}
