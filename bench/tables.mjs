/** Markdown tables that read well in a terminal, and how figures are written in them. */

/**
 * Renders a table.
 *
 * @param {string[]} columns
 * @param {string[][]} rows
 * @returns {string} A Markdown table; the first column to the left, numbers to the right.
 */
export function table(columns, rows) {
  const widths = columns.map((column, index) =>
    Math.max(column.length, ...rows.map((row) => row[index]?.length ?? 0)),
  );
  const isText = columns.map(
    (_, index) => index === 0 || rows.every((row) => !/^\d/.test(row[index] ?? '')),
  );
  /** @param {string[]} cells */
  const line = (cells) => {
    const padded = cells.map((cell, index) =>
      isText[index] ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0),
    );
    return `| ${padded.join(' | ')} |\n`;
  };
  const rule = widths.map((width, index) =>
    isText[index] ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`,
  );
  return [line(columns), line(rule), ...rows.map(line)].join('');
}

/**
 * Thousands with three digits or more.
 *
 * @param {number} value
 */
export function thousands(value) {
  return (value / 1e3).toFixed(value < 1_000 ? 3 : value < 10_000 ? 2 : value < 100_000 ? 1 : 0);
}

/**
 * `1.25x`.
 *
 * @param {number} ratio
 */
export function times(ratio) {
  return `${ratio.toFixed(2)}x`;
}

/**
 * `25 %`.
 *
 * @param {number} share
 */
export function percent(share) {
  return `${(share * 100).toFixed(0)} %`;
}
