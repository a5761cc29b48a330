/** The RESP numbers that are too rare to be parsed by hand. Each takes the text of its line. */

const INT64_MAX = 2n ** 63n - 1n;
const INT64_MIN = -(2n ** 63n);

/**
 * A signed 64-bit integer: a number when that is exact, else a bigint.
 *
 * @returns `undefined` for anything else.
 */
export function parseInt64(text: string): number | bigint | undefined {
  const value = parseBigNumber(text);
  if (value === undefined || value > INT64_MAX || value < INT64_MIN) return undefined;
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** An integer of any size; `undefined` for anything else. */
export function parseBigNumber(text: string): bigint | undefined {
  return /^[+-]?\d+$/.test(text) ? BigInt(text) : undefined;
}

/** A double, also `inf`, `-inf`, `nan` and the `-nan` of some platforms; `undefined` for anything else. */
export function parseDouble(text: string): number | undefined {
  if (/^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text)) return Number(text);
  if (/^\+?inf$/i.test(text)) return Number.POSITIVE_INFINITY;
  if (/^-inf$/i.test(text)) return Number.NEGATIVE_INFINITY;
  if (/^[+-]?nan$/i.test(text)) return Number.NaN;
  return undefined;
}
