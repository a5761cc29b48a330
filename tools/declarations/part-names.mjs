/**
 * The names in the file of a part, where many modules become one scope: each may mean one thing.
 *
 * Names are not changed to make them fit, because users see them; whoever wrote the sources finds a
 * better one.
 */

/** @typedef {import('./declaration-module.mjs').Imported} Imported */
/** @typedef {import('./reachable.mjs').Content} Content */
/** @typedef {import('./reachable.mjs').Reachable} Reachable */

/**
 * Checks the names of a part.
 *
 * @param {Reachable} reachable
 * @param {string} part
 * @param {readonly Content[]} contents - Of the part.
 * @returns {string} The imports that its file needs: from other parts, from packages, from Node.
 * @throws {Error} A name means two things, or hides a global that a module means.
 */
export function importsOf(reachable, part, contents) {
  const owners = new Owners();
  for (const { module, declarations } of contents) {
    for (const { name, augments } of declarations) owners.add(name, augments ?? module.file);
  }

  /** @type {Map<string, Set<string>>} */
  const imports = new Map();
  for (const { name, imported } of mentionedImports(contents)) {
    owners.add(name, ownerOf(imported));
    const isHere = !imported.isExternal && reachable.partOf(imported.from) === part;
    if (isHere) continue;
    const from = imported.isExternal ? imported.from : `./${reachable.partOf(imported.from)}.js`;
    const specifier = imported.name === name ? name : `${imported.name} as ${name}`;
    imports.set(from, (imports.get(from) ?? new Set()).add(specifier));
  }
  checkGlobals(contents, owners);

  return [...imports]
    .map(([from, names]) => `import { ${[...names].join(', ')} } from '${from}';\n`)
    .join('');
}

/** Who declares each name. */
class Owners {
  /** @type {Map<string, string>} */
  #byName = new Map();

  /**
   * @param {string} name
   * @param {string} owner
   */
  add(name, owner) {
    const other = this.#byName.get(name) ?? owner;
    if (other !== owner) {
      throw new Error(`${name} is one thing in ${other} and another in ${owner}: rename one`);
    }
    this.#byName.set(name, owner);
  }

  /** @param {string} name */
  get(name) {
    return this.#byName.get(name);
  }
}

/** @param {Imported} imported */
function ownerOf({ from, isExternal, name }) {
  return isExternal ? `${from} (${name})` : from;
}

/**
 * @param {readonly Content[]} contents
 * @returns {{ name: string, imported: Imported }[]}
 */
function mentionedImports(contents) {
  return contents.flatMap(({ module, declarations }) =>
    declarations.flatMap(({ references }) =>
      [...references].flatMap((name) => {
        const imported = module.imports.get(name);
        return imported === undefined ? [] : { name, imported };
      }),
    ),
  );
}

/**
 * @param {readonly Content[]} contents
 * @param {Owners} owners
 */
function checkGlobals(contents, owners) {
  for (const { module, declarations } of contents) {
    const own = new Set(module.declarations.map(({ name }) => name));
    for (const { references, augments } of declarations) {
      for (const name of references) {
        if (module.imports.has(name) || own.has(name)) continue;
        const owner = owners.get(name);
        // An augmentation sees the names of what it augments.
        if (owner === undefined || owner === augments) continue;
        throw new Error(`${name} is global in ${module.file}, and declared in ${owner}: rename it`);
      }
    }
  }
}
