/**
 * One `.d.ts` file of the compiler, taken apart: what it imports, declares and re-exports.
 *
 * Knows the forms that the compiler writes for this library's sources (named imports and exports,
 * one name for each declaration) and refuses every other, so that nothing is rolled up wrongly in
 * silence.
 */
import path from 'node:path';
import { parse } from '@babel/parser';
import { referencesOf } from './references.mjs';

/**
 * @typedef {object} Imported
 * @property {string} from - A file of the library, or a package or module of Node.
 * @property {boolean} isExternal
 * @property {string} name - There; here it may have another.
 */

/**
 * @typedef {object} Declaration
 * @property {string} name
 * @property {number} start - Where its docstring begins, or itself.
 * @property {number} keyword - Where it begins itself.
 * @property {number} end
 * @property {boolean} isExported
 * @property {boolean} isType - Can be used as a type: a type, an interface or a class.
 * @property {string | undefined} augments - The file whose interface this one adds members to.
 * @property {ReadonlySet<string>} references - Names it mentions.
 */

/**
 * @typedef {object} Reexport
 * @property {string} from - A file of the library.
 * @property {boolean} typeOnly
 * @property {readonly { name: string, typeOnly: boolean }[] | 'all'} names
 */

/**
 * @typedef {object} DeclarationModule
 * @property {string} file - From the folder of declarations, with `/`.
 * @property {string} text
 * @property {ReadonlyMap<string, Imported>} imports - By their name here.
 * @property {readonly string[]} dependencies - Files of the library that it imports, in order.
 * @property {readonly Declaration[]} declarations
 * @property {readonly Reexport[]} reexports
 */

/** @typedef {import('@babel/types').Statement} Statement */

/**
 * Takes a file apart.
 *
 * @param {string} file - From the folder of declarations, with `/`.
 * @param {string} text
 * @returns {DeclarationModule}
 * @throws {Error} A form that is not known here, with its place.
 */
export function readModule(file, text) {
  const reader = new Reader(file, text);
  const { program } = parse(text, {
    sourceType: 'module',
    plugins: [['typescript', { dts: true }]],
  });
  for (const statement of program.body) reader.read(statement);
  return reader;
}

/** @implements {DeclarationModule} */
class Reader {
  file;
  text;
  /** @type {Map<string, Imported>} */
  imports = new Map();
  /** @type {string[]} */
  dependencies = [];
  /** @type {Declaration[]} */
  declarations = [];
  /** @type {Reexport[]} */
  reexports = [];

  /**
   * @param {string} file
   * @param {string} text
   */
  constructor(file, text) {
    this.file = file;
    this.text = text;
  }

  /** @param {Statement} statement */
  read(statement) {
    if (statement.type === 'ImportDeclaration') this.#readImport(statement);
    else if (statement.type === 'TSModuleDeclaration') this.#readAugmentation(statement);
    else if (statement.type === 'ExportAllDeclaration') {
      const { from, isExternal } = this.#resolve(statement.source.value);
      if (isExternal) this.#refuse(statement);
      this.reexports.push({ from, typeOnly: statement.exportKind === 'type', names: 'all' });
    } else if (statement.type === 'ExportNamedDeclaration' && statement.source) {
      this.#readReexport(statement);
    } else if (statement.type === 'ExportNamedDeclaration' && !statement.declaration) {
      if (statement.specifiers.length > 0) this.#refuse(statement);
    } else {
      this.#readDeclaration(statement, undefined);
    }
  }

  /** @param {import('@babel/types').ImportDeclaration} statement */
  #readImport(statement) {
    const { from, isExternal } = this.#resolve(statement.source.value);
    if (!isExternal) this.dependencies.push(from);
    for (const specifier of statement.specifiers) {
      if (specifier.type !== 'ImportSpecifier') return this.#refuse(statement);
      const name = nameOf(specifier.imported);
      if (!isExternal && name !== specifier.local.name) this.#refuse(statement);
      this.imports.set(specifier.local.name, { from, isExternal, name });
    }
  }

  /** @param {import('@babel/types').ExportNamedDeclaration} statement */
  #readReexport(statement) {
    const { from, isExternal } = this.#resolve(statement.source?.value ?? '');
    if (isExternal) this.#refuse(statement);
    const typeOnly = statement.exportKind === 'type';
    const names = statement.specifiers.map((specifier) => {
      if (specifier.type !== 'ExportSpecifier') return this.#refuse(statement);
      const name = nameOf(specifier.exported);
      if (specifier.local.name !== name) this.#refuse(statement);
      return { name, typeOnly: typeOnly || specifier.exportKind === 'type' };
    });
    this.reexports.push({ from, typeOnly, names });
  }

  /** @param {import('@babel/types').TSModuleDeclaration} statement */
  #readAugmentation(statement) {
    const { id, body } = statement;
    if (id.type !== 'StringLiteral' || body.type !== 'TSModuleBlock') this.#refuse(statement);
    const { from, isExternal } = this.#resolve(id.value);
    if (isExternal) this.#refuse(statement);
    for (const inner of body.body) {
      if (inner.type !== 'TSInterfaceDeclaration') this.#refuse(inner);
      this.#readDeclaration(inner, from);
    }
  }

  /**
   * @param {Statement} statement
   * @param {string | undefined} augments
   */
  #readDeclaration(statement, augments) {
    const isExported = statement.type === 'ExportNamedDeclaration';
    const declared = isExported ? statement.declaration : statement;
    const name = declaredName(declared);
    if (!declared || name === undefined) return this.#refuse(statement);
    const references = referencesOf(declared);
    if (references.has('import')) this.#refuse(statement);
    this.declarations.push({
      name,
      start: docstringStart(statement, this.text),
      keyword: statement.start ?? 0,
      end: statement.end ?? 0,
      isExported,
      isType: /^(TSInterface|TSTypeAlias|Class)Declaration$/.test(declared.type),
      augments,
      references,
    });
  }

  /**
   * @param {string} specifier
   * @returns {{ from: string, isExternal: boolean }}
   */
  #resolve(specifier) {
    if (!specifier.startsWith('.')) return { from: specifier, isExternal: true };
    const from = path.posix.join(path.posix.dirname(this.file), specifier);
    return { from: from.replace(/\.js$/, '.d.ts'), isExternal: false };
  }

  /**
   * @param {Statement} statement
   * @returns {never}
   */
  #refuse(statement) {
    const line = this.text.slice(statement.start ?? 0, statement.end ?? 0).split('\n', 1)[0];
    throw new Error(
      `${this.file}:${statement.loc?.start.line}: cannot roll up: ${line}\n` +
        'Write it as the other sources do (named imports and exports under their own names), or teach tools/declarations/ this form.',
    );
  }
}

/**
 * @param {import('@babel/types').Declaration | Statement | null | undefined} declared
 * @returns {string | undefined} The one name it declares.
 */
function declaredName(declared) {
  switch (declared?.type) {
    case 'TSInterfaceDeclaration':
    case 'TSTypeAliasDeclaration':
    case 'ClassDeclaration':
    case 'TSDeclareFunction':
      return declared.id?.name;
    case 'VariableDeclaration': {
      const [only, ...others] = declared.declarations;
      return only?.id.type === 'Identifier' && others.length === 0 ? only.id.name : undefined;
    }
    default:
      return undefined;
  }
}

/** @param {import('@babel/types').Identifier | import('@babel/types').StringLiteral} name */
function nameOf(name) {
  return name.type === 'Identifier' ? name.name : name.value;
}

/**
 * @param {Statement} statement
 * @param {string} text
 * @returns {number} Where the docstring that stands right before it begins, else the statement.
 */
function docstringStart({ leadingComments, start }, text) {
  const own = start ?? 0;
  const comment = leadingComments?.at(-1);
  if (comment?.type !== 'CommentBlock' || !comment.value.startsWith('*')) return own;
  return text.slice(comment.end, own).trim() === '' ? (comment.start ?? own) : own;
}
