/**
 * The layers gate: imports go in the directions of `layer-table.mjs` and no other.
 *
 * Judged are single imports (direction, packages, Node's modules) and what a door loads by way of
 * others. Also, across packages: the server uses the library by its doors, the test kit uses
 * nothing.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import path from 'node:path';
import { readJson } from '../setup/repository.mjs';
import { firstOtherStatement, readImports } from './imports.mjs';
import { PURE_NODE_MODULES } from './layer-table.mjs';

/** @typedef {import('./finding.mjs').Finding} Finding */
/** @typedef {import('./imports.mjs').Import} Import */
/** @typedef {import('./layer-table.mjs').Layer} Layer */
/** @typedef {import('./layer-table.mjs').Reach} Reach */

/**
 * @typedef {object} SourceFile
 * @property {string} file - From the source folder, with `/`.
 * @property {boolean} isTest - A test, or what tests share.
 * @property {string} source
 * @property {Import[]} imports
 */

const TABLE = 'tools/checks/layer-table.mjs';

/**
 * Checks the folders of one source tree against a table.
 *
 * @param {string} folder - The source folder.
 * @param {{ layers: Readonly<Record<string, Layer>>, reaches: readonly Reach[] }} table
 * @param {string} [label] - What to call the folder in findings.
 * @returns {Finding[]}
 */
export function checkLayers(folder, { layers, reaches }, label = folder) {
  const files = readSources(folder);
  const direct = files.flatMap((file) => [
    ...checkPlace(file, layers),
    ...(file.isTest ? [] : checkFile(file, layers)),
  ]);
  const indirect = reaches.flatMap((reach) => checkReach(reach, files));
  return [...direct, ...indirect].map((finding) => ({
    ...finding,
    where: `${label}/${finding.where}`,
  }));
}

/**
 * Checks what the packages beside the library import.
 *
 * @param {string} packagesFolder
 * @param {string} [label]
 * @returns {Finding[]}
 */
export function checkPackages(packagesFolder, label = packagesFolder) {
  return readdirSync(packagesFolder)
    .filter((name) => existsSync(path.join(packagesFolder, name, 'package.json')))
    .flatMap((name) => {
      const folder = path.join(packagesFolder, name);
      const manifest = readJson(path.join(folder, 'package.json'));
      const declared = Object.keys({ ...manifest.dependencies, ...manifest.peerDependencies });
      return readSources(path.join(folder, 'src')).flatMap((file) =>
        checkPackageFile(file, manifest.name, declared).map((finding) => ({
          ...finding,
          where: `${label}/${name}/src/${finding.where}`,
        })),
      );
    });
}

/**
 * @param {SourceFile} file
 * @param {string} packageName
 * @param {readonly string[]} declared
 * @returns {Finding[]}
 */
function checkPackageFile(file, packageName, declared) {
  return file.imports.flatMap(({ from, line }) => {
    if (from === undefined) return [];
    const where = `${file.file}:${line}`;
    if (from.startsWith('.')) {
      if (!resolveFrom(file.file, from).startsWith('../')) return [];
      return {
        where,
        what: `imports ${from}, a file of another package`,
        mend: `Import another package by its name, through one of its doors.`,
      };
    }
    if (isBuiltin(from) || file.isTest) return [];
    if (packageOf(from) === packageName) {
      return {
        where,
        what: `imports ${from}, a door of its own package`,
        mend: 'Import the file that holds the thing; doors are for others.',
      };
    }
    if (declared.includes(packageOf(from))) return [];
    return {
      where,
      what: `imports ${from}, which ${packageName} does not declare`,
      mend:
        packageName === '@carillon/test-kit'
          ? 'The test kit uses nothing but Node.'
          : `Code that users run may import the dependencies in the package.json of ${packageName} only (test helpers included: they belong in test files or in the test kit).`,
    };
  });
}

/**
 * @param {SourceFile} file
 * @param {Readonly<Record<string, Layer>>} layers
 * @returns {Finding[]}
 */
function checkPlace({ file }, layers) {
  if (layerOf(file, layers) !== undefined) return [];
  return [
    {
      where: file,
      what: `${path.posix.dirname(file)}/ is in no layer`,
      mend: `Move the file to one of ${Object.keys(layers).join(', ')}; or add the folder to ${TABLE} with what it may import.`,
    },
  ];
}

/**
 * @param {SourceFile} file
 * @param {Readonly<Record<string, Layer>>} layers
 * @returns {Finding[]}
 */
function checkFile({ file, source, imports }, layers) {
  const name = layerOf(file, layers);
  const layer = name === undefined ? undefined : layers[name];
  if (name === undefined || layer === undefined) return [];

  const findings = imports.flatMap((found) => {
    const wrong = judge(file, found, name, layer, layers);
    return wrong === undefined ? [] : [{ where: `${file}:${found.line}`, ...wrong }];
  });

  const other = layer.exportsOnly ? firstOtherStatement(source) : undefined;
  if (other !== undefined) {
    findings.push({
      where: `${file}:${other.line}`,
      what: `${name}/ holds exports only, but here is: ${other.text}`,
      mend: `Write \`export { … } from '…'\`, and put the code where it belongs.`,
    });
  }
  return findings;
}

/**
 * @param {string} file
 * @param {Import} found
 * @param {string} name
 * @param {Layer} layer
 * @param {Readonly<Record<string, Layer>>} layers
 * @returns {{ what: string, mend: string } | undefined}
 */
function judge(file, { from, typeOnly }, name, layer, layers) {
  if (from === undefined) {
    return { what: 'imports a computed name', mend: 'Name the module, or nobody can check it.' };
  }
  if (isBuiltin(from)) {
    return mayUseNode(layer, from)
      ? undefined
      : { what: `imports ${from}`, mend: rule(name, layer) };
  }
  if (!from.startsWith('.')) {
    if (layer.packages?.includes(packageOf(from))) return undefined;
    return { what: `imports the package ${from}`, mend: rule(name, layer) };
  }

  const target = resolveFrom(file, from);
  if (isTestCode(target)) {
    return { what: `imports the test ${target}`, mend: 'Code does not import tests.' };
  }
  const targetLayer = layerOf(target, layers);
  if (targetLayer === undefined || targetLayer === name) return undefined; // checkPlace has it
  if (covers(layer.imports, targetLayer)) return undefined;
  if (covers(layer.types ?? [], targetLayer)) {
    if (typeOnly) return undefined;
    return { what: `imports a value from ${targetLayer}/ (${from})`, mend: rule(name, layer) };
  }
  return { what: `imports from ${targetLayer}/ (${from})`, mend: rule(name, layer) };
}

/**
 * @param {string} name
 * @param {Layer} layer
 * @returns {string} What the folder may import, in words.
 */
function rule(name, { imports, types = [], packages = [], node }) {
  const parts = [
    ...(imports.length > 0 ? [imports.join(', ')] : []),
    ...(types.length > 0
      ? [`types (\`import type\`) from ${types.join(', ').replace('*', 'anywhere')}`]
      : []),
    ...packages.map((name) => `the package ${name}`),
    ...(typeof node === 'string' ? [] : node),
    ...(node === 'any' ? ["all of Node's modules"] : []),
    ...(node === 'pure' ? ["Node's modules that do no I/O"] : []),
  ];
  return `${name}/ may import ${parts.length > 0 ? parts.join('; ') : 'nothing but its own files'}. The table: ${TABLE}`;
}

/**
 * @param {Layer} layer
 * @param {string} module
 */
function mayUseNode({ node }, module) {
  const name = module.startsWith('node:') ? module : `node:${module}`;
  if (node === 'any') return true;
  if (node === 'pure') return PURE_NODE_MODULES.has(name);
  return node !== 'none' && node.includes(name);
}

/**
 * @param {Reach} reach
 * @param {readonly SourceFile[]} files
 * @returns {Finding[]} At most one for each thing that must not be loaded.
 */
function checkReach({ from, never, because }, files) {
  const byName = new Map(files.filter(({ isTest }) => !isTest).map((file) => [file.file, file]));
  const starts = [...byName.keys()].filter((file) => file === from || file.startsWith(`${from}/`));

  /** @type {Map<string, string | undefined>} Each file reached, and the one that loads it. */
  const loadedBy = new Map(starts.map((file) => [file, undefined]));
  /** @type {Map<string, Finding>} */
  const findings = new Map();

  for (const name of loadedBy.keys()) {
    const file = byName.get(name);
    for (const { from: module, typeOnly, line } of file?.imports ?? []) {
      if (module === undefined || typeOnly) continue;
      const target = module.startsWith('.') ? resolveFrom(name, module) : module;
      const broken = never.find((forbidden) => isForbidden(target, forbidden));
      if (broken !== undefined && !findings.has(broken)) {
        findings.set(broken, {
          where: `${name}:${line}`,
          what: `${from} loads ${[...chain(name, loadedBy), target].join(' -> ')}`,
          mend: `Nothing reachable from ${from} may load ${broken}: ${because}. Turn one step into \`import type\`, or move the value. The rules: ${TABLE}`,
        });
      }
      if (byName.has(target) && !loadedBy.has(target)) loadedBy.set(target, name);
    }
  }
  return [...findings.values()];
}

/**
 * @param {string} file
 * @param {ReadonlyMap<string, string | undefined>} loadedBy
 * @returns {string[]} The files that lead there, first to last.
 */
function chain(file, loadedBy) {
  const before = loadedBy.get(file);
  return before === undefined ? [file] : [...chain(before, loadedBy), file];
}

/**
 * @param {string} target
 * @param {string} forbidden
 */
function isForbidden(target, forbidden) {
  if (forbidden === 'node:*') return isBuiltin(target);
  if (forbidden.endsWith('/')) return target.startsWith(forbidden);
  if (isBuiltin(forbidden))
    return isBuiltin(target) && `node:${target.replace('node:', '')}` === forbidden;
  return !target.endsWith('.ts') && packageOf(target) === forbidden;
}

/**
 * @param {readonly string[]} folders
 * @param {string} layer
 */
function covers(folders, layer) {
  return folders.some(
    (folder) => folder === '*' || folder === layer || layer.startsWith(`${folder}/`),
  );
}

/**
 * @param {string} file
 * @param {Readonly<Record<string, Layer>>} layers
 * @returns {string | undefined} The name of the folder in the table that the file lies in or below.
 */
function layerOf(file, layers) {
  for (let folder = path.posix.dirname(file); folder !== '.'; folder = path.posix.dirname(folder)) {
    if (Object.hasOwn(layers, folder)) return folder;
    if (folder.startsWith('..')) return undefined;
  }
  return undefined;
}

/**
 * @param {string} importer
 * @param {string} specifier - Relative, ending in `.js`.
 * @returns {string} The source file meant, from the source folder.
 */
function resolveFrom(importer, specifier) {
  const target = path.posix.join(path.posix.dirname(importer), specifier);
  return target.replace(/\.js$/, '.ts');
}

/**
 * `x.test.ts`, and what tests share: `x.test.support.ts`.
 *
 * @param {string} file
 */
function isTestCode(file) {
  return /\.test\.(?:[\w-]+\.)?ts$/.test(file);
}

/** @param {string} specifier */
function packageOf(specifier) {
  return specifier.split('/', specifier.startsWith('@') ? 2 : 1).join('/');
}

/**
 * @param {string} folder
 * @returns {SourceFile[]}
 */
function readSources(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map((name) => name.split(path.sep).join('/'))
    .filter((name) => name.endsWith('.ts'))
    .sort()
    .map((file) => {
      const source = readFileSync(path.join(folder, file), 'utf8');
      return { file, isTest: isTestCode(file), source, imports: readImports(source) };
    });
}
