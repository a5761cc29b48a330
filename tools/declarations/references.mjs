/**
 * The names that a declaration mentions.
 *
 * Rather too many than too few: the name of a type parameter is mentioned, too. Names of members,
 * parameters and tuple places are not.
 */

/** Children that hold names given here: only the types behind them mention something. */
const NAMING = new Set(['id', 'label', 'parameterName', 'params', 'parameters']);

/**
 * Finds what a declaration mentions.
 *
 * @param {import('@babel/types').Node} declaration
 * @returns {ReadonlySet<string>} With the keyword `import` if it has an `import()` type.
 */
export function referencesOf(declaration) {
  /** @type {Set<string>} */
  const names = new Set();
  visit(declaration, names);
  return names;
}

/**
 * @param {any} node - A node of the syntax tree, or whatever else hangs there.
 * @param {Set<string>} names
 */
function visit(node, names) {
  if (typeof node?.type !== 'string') return;
  if (node.type === 'TSImportType') names.add('import');
  if (node.type === 'Identifier') names.add(node.name);

  for (const [key, child] of Object.entries(node)) {
    if (key.endsWith('Comments')) continue;
    if (key === 'key' && !node.computed) continue;
    if (node.type === 'TSQualifiedName' && key === 'right') continue;
    for (const one of Array.isArray(child) ? child : [child]) {
      const isName = NAMING.has(key) && /^(Identifier|RestElement)$/.test(one?.type);
      visit(isName ? one.typeAnnotation : one, names);
    }
  }
}
