/**
 * The methods of commands as they are declared: docstrings, signatures, and the members of the objects
 * that they take, found through aliases, interfaces, intersections and imports.
 *
 * Read with a parser and not by regular expressions: what these overlook, they overlook in silence.
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from '@babel/parser';
import { ROOT } from '../setup/repository.mjs';

/**
 * A method as it is declared.
 *
 * @typedef {object} Declared
 * @property {string} name
 * @property {string} doc - Without the marks of a comment.
 * @property {readonly string[]} signatures
 * @property {readonly Parameter[]} parameters - Of the last signature, then what others have beside.
 */

/**
 * @typedef {object} Parameter
 * @property {string} name
 * @property {number} place - Where it stands in the signature that has it first.
 * @property {readonly Option[]} options - The members, when it is an object of known names.
 */

/** @typedef {{ name: string, type: string, meaning: string }} Option */
/** @typedef {any} Node - Of the syntax tree. */
/** @typedef {{ node: Node, scope: Scope }} Bound - A type, and where its names are looked up. */
/** @typedef {{ source: string, types: ReadonlyMap<string, Node>, imports: ReadonlyMap<string, { file: string, name: string }>, body: readonly Node[], exported: ReadonlySet<string> }} Module */
/** @typedef {{ module: Module, variables: ReadonlyMap<string, Bound> }} Scope */

const COMMANDS_FOLDER = path.join(ROOT, 'packages/carillon/src/redis/commands');

/** Types of the language that have no members to list. */
const OF_THE_LANGUAGE = new Set(['Map', 'ReadonlyMap', 'Uint8Array', 'Float32Array', 'Record']);

/** Types whose members are those of their argument. */
const TRANSPARENT = new Set(['AtMostOne', 'Partial', 'Readonly', 'ReadonlyArray']);

/**
 * All methods of commands that are declared.
 *
 * @returns {Declared[]}
 */
export function declaredMethods() {
  modules.clear(); // what has been written since then
  return ['by-hand', 'generated'].flatMap((folder) =>
    readdirSync(path.join(COMMANDS_FOLDER, folder))
      .filter((file) => !file.endsWith('.test.ts'))
      .flatMap((file) => methodsIn(moduleAt(path.join(COMMANDS_FOLDER, folder, file)))),
  );
}

/**
 * The methods that a module adds to `Commands`.
 *
 * @param {Module} module
 * @returns {Declared[]}
 */
export function methodsIn(module) {
  /** @type {Map<string, Node[]>} */
  const methods = new Map();
  for (const { type, body } of module.body) {
    if (type !== 'TSModuleDeclaration') continue;
    for (const member of body.body.flatMap((/** @type {Node} */ each) => each.body.body)) {
      methods.set(member.key.name, [...(methods.get(member.key.name) ?? []), member]);
    }
  }
  return [...methods].map(([name, overloads]) => ({
    name,
    doc: docOf(overloads[0]),
    signatures: overloads.map((each) =>
      textOf(each, module).replace(/;$/, '').replace(/^ {4}/gm, ''),
    ),
    parameters: parametersOf(overloads, module),
  }));
}

/**
 * @param {readonly Node[]} overloads
 * @param {Module} module
 * @returns {Parameter[]}
 */
function parametersOf(overloads, module) {
  /** @type {Map<string, { place: number, options: Map<string, Option> }>} */
  const parameters = new Map();
  for (const overload of [...overloads].reverse()) {
    const scope = scopeOf(overload, module);
    for (const [place, each] of (overload.params ?? overload.parameters).entries()) {
      const { name } = each.argument ?? each;
      const known = parameters.get(name) ?? { place, options: new Map() };
      parameters.set(name, known);
      addMembers(each.typeAnnotation?.typeAnnotation, scope, known.options);
    }
  }
  return [...parameters].map(([name, { place, options }]) => ({
    name,
    place,
    options: [...options.values()],
  }));
}

/**
 * Adds the members of a type. What can only be absent is none, and what several alternatives have is
 * one.
 *
 * @param {Node} node
 * @param {Scope} scope
 * @param {Map<string, Option>} options
 */
function addMembers(node, scope, options) {
  switch (node?.type) {
    case 'TSTypeLiteral':
    case 'TSInterfaceBody':
      for (const member of node.members ?? node.body) addMember(member, scope, options);
      break;
    case 'TSInterfaceDeclaration':
      for (const each of node.extends ?? []) {
        addMembers({ ...each, type: 'TSTypeReference', typeName: each.expression }, scope, options);
      }
      addMembers(node.body, scope, options);
      break;
    case 'TSTypeAliasDeclaration':
    case 'TSParenthesizedType':
    case 'TSTypeOperator':
    case 'TSRestType':
      addMembers(node.typeAnnotation, scope, options);
      break;
    case 'TSArrayType':
      addMembers(node.elementType, scope, options);
      break;
    case 'TSIntersectionType':
    case 'TSUnionType':
      for (const each of node.types) addMembers(each, scope, options);
      break;
    case 'TSMappedType': {
      const names = node.constraint ?? node.typeParameter?.constraint;
      if (names?.operator === 'keyof') break; // the user's own
      if (typeText(node.typeAnnotation, scope) !== '') {
        throw new Error(`members of a mapped type are not read: ${textOf(node, scope.module)}`);
      }
      break;
    }
    case 'TSTypeReference': {
      const { name } = node.typeName;
      if (OF_THE_LANGUAGE.has(name)) break;
      if (TRANSPARENT.has(name)) {
        for (const each of argumentsOf(node)) addMembers(each, scope, options);
        break;
      }
      const meant = resolve(node, scope);
      addMembers(meant.node, meant.scope, options);
      break;
    }
  }
}

/**
 * @param {Node} member
 * @param {Scope} scope
 * @param {Map<string, Option>} options
 */
function addMember(member, scope, options) {
  if (member.type !== 'TSPropertySignature') return; // an index signature has no names
  const type = typeText(member.typeAnnotation.typeAnnotation, scope);
  if (type === '') return;
  const name = member.key.name ?? member.key.value;
  const known = options.get(name);
  const meaning = docOf(member).replace(/\s+/g, ' ');
  if (known === undefined) options.set(name, { name, type, meaning });
  else if (known.meaning === '') options.set(name, { ...known, meaning });
}

/**
 * A type as a reader is shown it: without `undefined`, with names that only its file knows spelled out;
 * empty when it can only be absent.
 *
 * @param {Node} node
 * @param {Scope} scope
 * @returns {string}
 */
function typeText(node, scope) {
  if (node.type === 'TSUnionType') {
    const parts = node.types.map((/** @type {Node} */ each) => typeText(each, scope));
    return [...new Set(parts)].filter(Boolean).join(' | ');
  }
  if (node.type === 'TSTypeReference' && argumentsOf(node).length === 0) {
    const { name } = node.typeName;
    const isPrivate = scope.module.types.has(name) && !scope.module.exported.has(name);
    if (scope.variables.has(name) || isPrivate) {
      const meant = resolve(node, scope);
      return typeText(meant.node.typeAnnotation ?? meant.node, meant.scope);
    }
  }
  const text = textOf(node, scope.module).replace(/\s+/g, ' ');
  if (/^(undefined|never|false)$/.test(text)) return '';
  return text === 'true' ? 'boolean' : text;
}

/**
 * What a name stands for.
 *
 * @param {Node} reference
 * @param {Scope} scope
 * @returns {Bound}
 */
function resolve(reference, scope) {
  const { name } = reference.typeName;
  const bound = scope.variables.get(name);
  if (bound !== undefined) return bound;
  const imported = scope.module.imports.get(name);
  const module = imported === undefined ? scope.module : moduleAt(imported.file);
  const node = module.types.get(imported?.name ?? name);
  if (node === undefined) throw new Error(`there is no type ${name}`);
  return { node, scope: scopeOf(node, module, argumentsOf(reference), scope) };
}

/**
 * @param {Node} node - With or without type parameters.
 * @param {Module} module
 * @param {readonly Node[]} given - Their values; what is not given is as general as it may be.
 * @param {Scope} [outer] - Where the values are looked up.
 * @returns {Scope}
 */
function scopeOf(node, module, given = [], outer) {
  const own = { module, variables: new Map() };
  for (const [index, { name, constraint }] of (node.typeParameters?.params ?? []).entries()) {
    const value = given[index];
    const bound =
      value !== undefined && outer !== undefined
        ? { node: value, scope: outer }
        : { node: constraint ?? { type: 'TSUnknownKeyword' }, scope: own };
    own.variables.set(name.name ?? name, bound);
  }
  // Of the interface that the method stands in.
  if (!own.variables.has('S')) own.variables.set('S', STRINGS);
  return own;
}

/** @type {Bound} */
const STRINGS = { node: { type: 'TSStringKeyword' }, scope: /** @type {Scope} */ ({}) };

/** @type {Map<string, Module>} */
const modules = new Map();

/**
 * Reads a module, once.
 *
 * @param {string} file
 * @returns {Module}
 */
function moduleAt(file) {
  const known = modules.get(file);
  if (known !== undefined) return known;
  const module = moduleOf(readFileSync(file, 'utf8'), path.dirname(file));
  modules.set(file, module);
  return module;
}

/**
 * @param {string} source
 * @param {string} folder - That its imports are relative to.
 * @returns {Module}
 */
export function moduleOf(source, folder) {
  const { program } = parse(source, { sourceType: 'module', plugins: ['typescript'] });
  const body = /** @type {Node[]} */ (program.body);
  const types = new Map();
  const imports = new Map();
  const exported = new Set();
  for (const statement of body) {
    const declaration = statement.declaration ?? statement;
    if (/^TS(TypeAlias|Interface)Declaration$/.test(declaration.type)) {
      types.set(declaration.id.name, declaration);
      if (declaration !== statement) exported.add(declaration.id.name);
    }
    if (statement.type !== 'ImportDeclaration' || !statement.source.value.startsWith('.')) continue;
    for (const { local, imported } of statement.specifiers) {
      const target = path.join(folder, statement.source.value.replace(/\.js$/, '.ts'));
      imports.set(local.name, { file: target, name: imported.name });
    }
  }
  return { source, types, imports, body, exported };
}

/** @param {Node} node @returns {readonly Node[]} */
function argumentsOf(node) {
  return (node.typeArguments ?? node.typeParameters)?.params ?? [];
}

/** @param {Node} node @param {Module} module */
function textOf({ start, end }, { source }) {
  return source.slice(start, end);
}

/** The docstring, without the marks of a comment. @param {Node} node */
function docOf({ leadingComments = [] }) {
  const text = leadingComments.at(-1)?.value ?? '';
  return text.startsWith('*')
    ? text
        .slice(1)
        .replace(/^ *\* ?/gm, '')
        .trim()
    : '';
}
