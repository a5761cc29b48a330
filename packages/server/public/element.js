/** Finds the parts of the page by id. */

/**
 * @template {Element} [E=HTMLElement]
 * @param {string} id
 * @param {new () => E} [type]
 * @returns {E}
 */
export function element(id, type) {
  const found = document.getElementById(id);
  const wanted = type ?? HTMLElement;
  if (!(found instanceof wanted)) throw new Error(`the page has no ${wanted.name} #${id}`);
  return /** @type {E} */ (/** @type {unknown} */ (found));
}
