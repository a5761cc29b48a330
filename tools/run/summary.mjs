/** Tables about a finished run: one for the terminal, one for the committed record of a full run. */

/** @typedef {import('./suite.mjs').Counts} Counts */

/**
 * @typedef {object} Row
 * @property {string} name
 * @property {Counts} counts
 * @property {number} seconds
 * @property {number} [shareSeconds] - What it may take; nothing for gates.
 * @property {string[]} failures - What failed, one line each.
 * @property {string} [note]
 */

/**
 * Adds up.
 *
 * @param {readonly Row[]} rows
 * @returns {Counts}
 */
export function total(rows) {
  /** @param {keyof Counts} key */
  const sum = (key) => rows.reduce((all, { counts }) => all + counts[key], 0);
  return { passed: sum('passed'), failed: sum('failed'), skipped: sum('skipped') };
}

/**
 * The line that ends every run, alone on its line.
 *
 * @param {Counts} counts
 */
export function closingLine({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed, ${skipped} skipped`;
}

/**
 * @param {readonly Row[]} rows
 * @returns {string} Aligned columns; a suite over its share says so.
 */
export function terminalTable(rows) {
  const width = Math.max(...rows.map(({ name }) => name.length), 'suite'.length);
  const head = `${'suite'.padEnd(width)}  passed  failed  skipped  seconds  share`;
  const lines = rows.map(({ name, counts, seconds, shareSeconds, note }) => {
    const over = shareSeconds !== undefined && seconds > shareSeconds ? 'over its share' : '';
    const remark = [over, note].filter(Boolean).join('; ');
    return [
      name.padEnd(width),
      String(counts.passed).padStart(6),
      String(counts.failed).padStart(6),
      String(counts.skipped).padStart(7),
      seconds.toFixed(1).padStart(7),
      String(shareSeconds ?? '').padStart(5),
      remark,
    ]
      .join('  ')
      .trimEnd();
  });
  return `${[head, ...lines].join('\n')}\n`;
}

/**
 * Names everything that failed once more, at the end, where it is seen.
 *
 * @param {readonly Row[]} rows
 * @returns {string} Empty when nothing failed.
 */
export function failureList(rows) {
  return rows
    .flatMap(({ name, failures }) => failures.map((what) => `FAILED ${name}: ${what}\n`))
    .join('');
}

/**
 * The record of a full run.
 *
 * @param {readonly Row[]} rows
 * @param {{ date: Date, programs: readonly string[] }} about - `programs` with their versions.
 * @returns {string} Markdown.
 */
export function fullResults(rows, { date, programs }) {
  return `# Last full test run

<!-- Written by npm run test:full. -->

${date.toISOString().slice(0, 10)}. ${programs.join('. ')}.

| Suite | Passed | Failed | Skipped | Seconds | Remark |
| --- | ---: | ---: | ---: | ---: | --- |
${rows
  .map(
    ({ name, counts, seconds, note = '' }) =>
      `| ${[name, counts.passed, counts.failed, counts.skipped, seconds.toFixed(1), note].join(' | ')} |`,
  )
  .join('\n')}

${closingLine(total(rows))}
`;
}
