/**
 * The modules of the library, and which of their declarations the doors lead to.
 *
 * Not here: how they are written (`part.mjs`, `roll-up.mjs`).
 */
import path from 'node:path';

/** @typedef {import('./declaration-module.mjs').Declaration} Declaration */
/** @typedef {import('./declaration-module.mjs').DeclarationModule} DeclarationModule */
/** @typedef {import('./parts.mjs').Parts} Parts */

/**
 * @typedef {object} Content
 * @property {DeclarationModule} module
 * @property {readonly Declaration[]} declarations - Those of the module that are reached, in order.
 */

/**
 * @typedef {object} Exported
 * @property {string} from - The module.
 * @property {readonly { name: string, typeOnly: boolean }[]} names
 */

/** What can be reached from the doors. */
export class Reachable {
  /** @type {readonly DeclarationModule[]} */
  doors;

  #modules;
  #doorsFolder;
  #parts;
  /** In the order of their imports: what a module needs stands before it. */
  #order = /** @type {Set<DeclarationModule>} */ (new Set());
  #reached = /** @type {Set<Declaration>} */ (new Set());

  /**
   * @param {ReadonlyMap<string, DeclarationModule>} modules - By their file.
   * @param {string} doorsFolder - The folder whose files are the doors.
   * @param {Parts} parts
   */
  constructor(modules, doorsFolder, parts) {
    this.#modules = modules;
    this.#doorsFolder = doorsFolder;
    this.#parts = parts;
    this.doors = [...modules.values()].filter(({ file }) => this.isDoor(file));
    const entered = new Set();
    for (const door of this.doors) this.#visit(door, entered);
    for (const door of this.doors) {
      for (const { from, names } of this.exportsOf(door)) {
        for (const { name } of names) this.#reachExport(this.#module(from, door), name, door);
      }
    }
  }

  /** @param {string} file */
  isDoor(file) {
    return path.posix.dirname(file) === this.#doorsFolder;
  }

  /**
   * @param {string} file
   * @returns {string} The part it belongs to.
   * @throws {Error} It belongs to none.
   */
  partOf(file) {
    for (const [part, folders] of Object.entries(this.#parts)) {
      if (folders.some((folder) => file.startsWith(`${folder}/`))) return part;
    }
    throw new Error(`${file} belongs to no part: see tools/declarations/parts.mjs`);
  }

  /**
   * What a door exports of modules. Under `export type *` these are the types alone: nobody has any
   * use for a value that can only be named.
   *
   * @param {DeclarationModule} door
   * @returns {Exported[]}
   */
  exportsOf(door) {
    return door.reexports
      .filter(({ from }) => !this.isDoor(from))
      .map(({ from, names, typeOnly }) => {
        if (names !== 'all') return { from, names };
        if (!typeOnly) throw new Error(`${door.file}: name what it exports of ${from}`);
        const types = this.#module(from, door).declarations.filter(
          ({ isExported, isType }) => isExported && isType,
        );
        return { from, names: types.map(({ name }) => ({ name, typeOnly })) };
      });
  }

  /**
   * @param {string} part
   * @returns {Content[]} What of it is reached, by module, in the order of their imports.
   */
  contentsOf(part) {
    return [...this.#order]
      .filter(({ file }) => !this.isDoor(file) && this.partOf(file) === part)
      .map((module) => ({
        module,
        declarations: module.declarations.filter((declaration) => this.#reached.has(declaration)),
      }))
      .filter(({ declarations }) => declarations.length > 0);
  }

  /**
   * @param {string} file
   * @param {DeclarationModule} importer
   */
  #module(file, importer) {
    const found = this.#modules.get(file);
    if (found === undefined) throw new Error(`${importer.file}: there is no ${file}`);
    return found;
  }

  /**
   * @param {DeclarationModule} module
   * @param {Set<DeclarationModule>} entered
   */
  #visit(module, entered) {
    if (entered.has(module)) return;
    entered.add(module);
    if (module.reexports.length > 0 && !this.isDoor(module.file)) {
      throw new Error(`${module.file}: only doors export what others declare`);
    }
    for (const file of [...module.dependencies, ...module.reexports.map(({ from }) => from)]) {
      this.#visit(this.#module(file, module), entered);
    }
    this.#order.add(module);
  }

  /**
   * @param {DeclarationModule} module
   * @param {string} name
   * @param {DeclarationModule} user
   */
  #reachExport(module, name, user) {
    const isThere = module.declarations.some(
      (declaration) => declaration.name === name && declaration.isExported,
    );
    if (!isThere) throw new Error(`${user.file}: ${module.file} exports no ${name}`);
    this.#reach(module, name);
  }

  /**
   * @param {DeclarationModule} module
   * @param {string} name - One that means something in the module; what is global leads nowhere.
   */
  #reach(module, name) {
    for (const other of this.#order) {
      for (const declaration of other.declarations) {
        const owner = declaration.augments ?? other.file;
        if (declaration.name !== name || owner !== module.file) continue;
        if (this.#reached.has(declaration)) continue;
        this.#reached.add(declaration);
        for (const reference of declaration.references) this.#follow(other, reference);
      }
    }
  }

  /**
   * @param {DeclarationModule} module
   * @param {string} name - One that is mentioned there.
   */
  #follow(module, name) {
    const imported = module.imports.get(name);
    if (imported === undefined) this.#reach(module, name);
    else if (!imported.isExternal) {
      this.#reachExport(this.#module(imported.from, module), name, module);
    }
  }
}
