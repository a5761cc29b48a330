/**
 * Reads the imports of a TypeScript source file.
 *
 * No parser: it relies on the formatter, which the lint gate enforces. After it, a top-level
 * `import` or `export` starts in the first column, and a line of a comment with `*`, `/*` or `//`.
 */

/**
 * @typedef {object} Import
 * @property {string | undefined} from - The module's name as written; `undefined` for a name that
 *   is computed.
 * @property {boolean} typeOnly - Whether nothing of it is left at run time.
 * @property {number} line - Where the statement starts, counted from one.
 */

const CLAUSE = /(?:type\s+)?(?:[\w$]+\s*,\s*)?(?:\{[^}]*\}|\*(?:\s+as\s+[\w$]+)?|[\w$]+)/.source;
const FROM = new RegExp(`^(?:import|export)\\s+(${CLAUSE})\\s+from\\s*['"]([^'"]+)['"];?`, 'gm');
const SIDE_EFFECT = /^import\s*['"]([^'"]+)['"];?/gm;
const CALL = /(?<![\w.$])import\s*\(\s*(?:['"]([^'"]+)['"])?/g;
const EXPORTED_NAMES = /^export\s+(?:type\s+)?\{[^}]*\};?/gm;

/**
 * Lists all that a file imports or re-exports, in the order of lines.
 *
 * @param {string} source
 * @returns {Import[]}
 */
export function readImports(source) {
  const code = withoutComments(source);
  /** @param {number} index */
  const lineAt = (index) => code.slice(0, index).split('\n').length;

  /** @type {Import[]} */
  const imports = [];
  for (const { index, 1: clause = '', 2: from } of code.matchAll(FROM)) {
    imports.push({ from, typeOnly: isTypeOnly(clause), line: lineAt(index) });
  }
  for (const { index, 1: from } of code.matchAll(SIDE_EFFECT)) {
    imports.push({ from, typeOnly: false, line: lineAt(index) });
  }
  // `import('x').T` may be a type. Taken for a value it is refused once too often, never missed.
  for (const { index, 1: from } of code.matchAll(CALL)) {
    imports.push({ from, typeOnly: false, line: lineAt(index) });
  }
  return imports.sort((a, b) => a.line - b.line);
}

/**
 * Finds the first statement of a file that is not an export of names.
 *
 * @param {string} source
 * @returns {{ line: number, text: string } | undefined} Its first line; `undefined` when the file
 *   holds only exports.
 */
export function firstOtherStatement(source) {
  /** @param {string} statement */
  const blank = (statement) =>
    statement.startsWith('export') ? statement.replaceAll(/[^\n]/g, '') : statement;
  const rest = withoutComments(source)
    .replaceAll(FROM, blank)
    .replaceAll(EXPORTED_NAMES, blank)
    .split('\n');
  const index = rest.findIndex((line) => line.trim() !== '');
  return index === -1 ? undefined : { line: index + 1, text: rest[index]?.trim() ?? '' };
}

/**
 * `import { type A }` counts as a value: it leaves an empty import behind that loads the module.
 *
 * @param {string} clause
 */
function isTypeOnly(clause) {
  return /^type\s+[^,]/.test(clause);
}

/**
 * Empties comments and keeps the lines.
 *
 * @param {string} source
 */
function withoutComments(source) {
  let inside = false;
  return source
    .split('\n')
    .map((line) => {
      const text = line.trim();
      if (inside) {
        inside = !text.includes('*/');
        return '';
      }
      if (text.startsWith('//')) return '';
      if (text.startsWith('/*')) {
        inside = !text.includes('*/');
        return '';
      }
      return line;
    })
    .join('\n');
}
