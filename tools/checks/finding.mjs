/** What a gate has to say about one thing that is wrong. */

/**
 * @typedef {object} Finding
 * @property {string} where - A file, with its line where there is one.
 * @property {string} what - What is wrong there.
 * @property {string} mend - What to do about it.
 */

/**
 * Writes findings for a person: those that are mended the same way share the advice.
 *
 * @param {readonly Finding[]} findings
 * @returns {string} Empty when there are none.
 */
export function describeFindings(findings) {
  return findings
    .map(({ where, what, mend }, index) => {
      const advice = findings[index + 1]?.mend === mend ? '' : `    ${mend}\n`;
      return `  ${where}: ${what}\n${advice}`;
    })
    .join('');
}
