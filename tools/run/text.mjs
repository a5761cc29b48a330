/** Laying out text for the terminal. */

/**
 * Moves every line in.
 *
 * @param {string} text
 * @returns {string} It ends in a line end, unless it is empty.
 */
export function indent(text) {
  if (text === '') return '';
  return `${text.trimEnd().replaceAll(/^(?=.)/gm, '  ')}\n`;
}
