/**
 * Shows how far the seeds are covered: reads `docs/parity.json`, writes `docs/parity.md`.
 *
 * A row closes by naming tests, as `path/to/file.test.ts :: name of the test`. A name is given as it
 * stands in the source, so tests made in a loop are named by their template (`RESP${protocol}: works`),
 * and a case of a contract suite by the suite's file. The gate fails when a named test does not exist
 * or the document is not the one that the data gives.
 * `node tools/parity.mjs` checks; `--write` writes the document too.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describeFindings } from './checks/finding.mjs';
import { messageOf, ROOT } from './setup/repository.mjs';

/** @typedef {import('./checks/finding.mjs').Finding} Finding */

/**
 * @typedef {object} ParityItem
 * @property {string} id - Unique; lower case, parts joined by dots.
 * @property {string} seed - File name of the seed.
 * @property {string} kind
 * @property {string} item - The seed's name for it.
 * @property {string} promise - What the seed promises, in our words.
 * @property {string | null} default
 * @property {string} ours - Our name for it.
 * @property {number} issue - The issue that closes the row, or has closed it.
 * @property {string[]} tests - Empty: the row is open.
 */

const DATA = 'docs/parity.json';
const DOCUMENT = 'docs/parity.md';
const REGENERATE = 'Run `node tools/parity.mjs --write` and commit the result.';
const SEPARATOR = ' :: ';

/**
 * Checks the data, the tests it names and the document.
 *
 * @param {string} root - The repository's top folder.
 * @returns {{ findings: Finding[], markdown: string | undefined }} The document as it should be,
 *   unless the data has no form that gives one.
 */
export function checkParity(root) {
  const { items, findings } = readItems(root);
  if (items === undefined) return { findings, markdown: undefined };

  findings.push(...checkTests(root, items));
  const markdown = renderParity(items);
  const written = readText(path.join(root, DOCUMENT));
  if (written !== markdown) {
    findings.push({
      where: DOCUMENT,
      what: written === undefined ? 'does not exist' : `is not what ${DATA} gives`,
      mend: REGENERATE,
    });
  }
  return { findings, markdown };
}

/**
 * @param {string} root
 * @returns {{ items: ParityItem[] | undefined, findings: Finding[] }}
 */
function readItems(root) {
  const mend = `The form is described at ParityItem in tools/parity.mjs.`;
  const text = readText(path.join(root, DATA));
  if (text === undefined) {
    return { items: undefined, findings: [{ where: DATA, what: 'does not exist', mend }] };
  }
  /** @type {any} */
  let data;
  try {
    data = JSON.parse(text);
  } catch (error) {
    return { items: undefined, findings: [{ where: DATA, what: messageOf(error), mend }] };
  }
  if (!Array.isArray(data?.items)) {
    return { items: undefined, findings: [{ where: DATA, what: 'has no list "items"', mend }] };
  }

  /** @type {Finding[]} */
  const findings = [];
  const seen = new Set();
  for (const [index, item] of data.items.entries()) {
    const where = `${DATA}: ${item?.id ?? `items[${index}]`}`;
    for (const what of formProblems(item)) findings.push({ where, what, mend });
    if (seen.has(item?.id)) findings.push({ where, what: 'the id is used twice', mend });
    seen.add(item?.id);
  }
  return { items: findings.length === 0 ? data.items : undefined, findings };
}

/**
 * @param {any} item
 * @returns {string[]}
 */
function formProblems(item) {
  /** @type {Record<keyof ParityItem, (value: any) => boolean>} */
  const form = {
    id: (value) => typeof value === 'string' && /^[\w-]+(\.[\w-]+)*$/.test(value),
    seed: isText,
    kind: isText,
    item: isText,
    promise: isText,
    default: (value) => value === null || typeof value === 'string',
    ours: isText,
    issue: (value) => Number.isInteger(value) && value > 0,
    tests: (value) =>
      Array.isArray(value) &&
      value.every((test) => isText(test) && test.split(SEPARATOR).length >= 2),
  };
  if (item === null || typeof item !== 'object') return ['is not an object'];
  return [
    ...Object.entries(form)
      .filter(([field, isRight]) => !isRight(item[field]))
      .map(([field]) => `"${field}" is ${JSON.stringify(item[field]) ?? 'missing'}`),
    ...Object.keys(item)
      .filter((field) => !Object.hasOwn(form, field))
      .map((field) => `"${field}" is no field of a row`),
  ];
}

/**
 * @param {string} root
 * @param {readonly ParityItem[]} items
 * @returns {Finding[]}
 */
function checkTests(root, items) {
  /** @type {Map<string, string | undefined>} */
  const sources = new Map();
  /** @param {string} file */
  const sourceOf = (file) => {
    if (!sources.has(file)) sources.set(file, readText(path.join(root, file)));
    return sources.get(file);
  };

  return items.flatMap(({ id, tests }) =>
    tests.flatMap((test) => {
      const [file = '', ...rest] = test.split(SEPARATOR);
      const name = rest.join(SEPARATOR);
      const source = sourceOf(file);
      if (source !== undefined && holdsName(source, name)) return [];
      return {
        where: `${DATA}: ${id}`,
        what: source === undefined ? `there is no file ${file}` : `${file} has no test "${name}"`,
        mend: `Name a test that exists, exactly as written there; or none, and the row is open again.`,
      };
    }),
  );
}

/**
 * Whether a file has a string with exactly this text, in any of the three quotes.
 *
 * @param {string} source
 * @param {string} name
 */
function holdsName(source, name) {
  return ["'", '"', '`'].some((quote) =>
    source.includes(
      `${quote}${name.replaceAll('\\', '\\\\').replaceAll(quote, `\\${quote}`)}${quote}`,
    ),
  );
}

/**
 * Writes the document.
 *
 * @param {readonly ParityItem[]} items
 * @returns {string}
 */
export function renderParity(items) {
  const seeds = [...new Set(items.map(({ seed }) => seed))];
  const issues = [...new Set(items.map(({ issue }) => issue))].sort((a, b) => a - b);
  return `${[
    '# Parity with the seeds',
    `<!-- Generated from ${DATA} by tools/parity.mjs. Edit the data, then: node tools/parity.mjs --write -->`,
    'The floor of features comes from five documents of libraries written in Python, the seeds: aioredis 1.3, the pub/sub of coredis, and the stores and channels of Litestar. Every item of them stands here with what answers it and the test that shows it. A row without a test is **open**, and names the issue that closes it.',
    '## Summary',
    summary('Seed', seeds, (seed) => items.filter((item) => item.seed === seed)),
    summary('Issue', issues, (issue) => items.filter((item) => item.issue === issue)),
    ...seeds.flatMap((seed) => [
      `## ${seed}`,
      table(
        ['Item', 'Kind', 'Promise', 'Default', 'Ours', 'Tests'],
        items
          .filter((item) => item.seed === seed)
          .map((item) => [
            code(item.item),
            item.kind,
            item.promise,
            item.default === null ? '' : code(item.default),
            item.ours,
            item.tests.length === 0 ? `**open** (issue ${item.issue})` : item.tests.join('<br>'),
          ]),
      ),
    ]),
  ].join('\n\n')}\n`;
}

/**
 * @template T
 * @param {string} title
 * @param {readonly T[]} groups
 * @param {(group: T) => ParityItem[]} membersOf
 */
function summary(title, groups, membersOf) {
  const rows = groups.map((group) => ({ name: String(group), members: membersOf(group) }));
  if (rows.length > 1) rows.push({ name: 'all', members: rows.flatMap(({ members }) => members) });
  return table(
    [title, 'Items', 'Closed', 'Open'],
    rows.map(({ name, members }) => {
      const closed = members.filter(({ tests }) => tests.length > 0).length;
      return [name, members.length, closed, members.length - closed].map(String);
    }),
  );
}

/**
 * @param {readonly string[]} head
 * @param {readonly (readonly string[])[]} rows
 */
function table(head, rows) {
  /** @param {readonly string[]} cells */
  const line = (cells) => `| ${cells.map(cell).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** @param {string} text */
function cell(text) {
  return text.replaceAll('|', '\\|').replaceAll(/\s*\n\s*/g, ' ');
}

/** @param {string} text */
function code(text) {
  return text.includes('`') ? text : `\`${text}\``;
}

/** @param {unknown} value */
function isText(value) {
  return typeof value === 'string' && value.trim() !== '';
}

/**
 * @param {string} file
 * @returns {string | undefined} `undefined` when it cannot be read.
 */
function readText(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { markdown, findings } = checkParity(ROOT);
  const writes = process.argv.includes('--write') && markdown !== undefined;
  if (writes) writeFileSync(path.join(ROOT, DOCUMENT), markdown);
  const left = writes ? findings.filter(({ where }) => where !== DOCUMENT) : findings;
  process.stdout.write(describeFindings(left));
  process.exitCode = left.length > 0 ? 1 : 0;
}
