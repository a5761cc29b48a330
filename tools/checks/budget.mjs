/**
 * Compares a measured number with its budget.
 *
 * A budget far above what is needed lets growth pass unseen, so it fails too: a door that became
 * smaller takes its budget down in the same commit. Small numbers have some room of their own.
 */

/** @typedef {import('./finding.mjs').Finding} Finding */

/** The file with every budget. */
export const BUDGETS = 'tools/checks/budgets.json';

/** A budget may be this many times what is needed. */
const MAX_SLACK = 1.25;

/**
 * @param {object} measured
 * @param {string} measured.what - As it is called in the budget file.
 * @param {number} measured.actual
 * @param {number} measured.budget
 * @param {number} measured.room - How far any budget may lie above.
 * @param {string} measured.unit
 * @param {string} measured.mend - How to get below the budget.
 * @returns {Finding[]}
 */
export function compareWithBudget({ what, actual, budget, room, unit, mend }) {
  if (actual > budget) {
    return [
      {
        where: what,
        what: `${actual} ${unit}, ${actual - budget} over its budget of ${budget}`,
        mend: `${mend} If it is worth it, raise the budget in ${BUDGETS} with a reason.`,
      },
    ];
  }
  if (budget > actual * MAX_SLACK && budget > actual + room) {
    return [
      {
        where: what,
        what: `${actual} ${unit}, far below its budget of ${budget}`,
        mend: `A budget with that much room sees no growth. Set it to ${suggestedBudget(actual)} in ${BUDGETS}.`,
      },
    ];
  }
  return [];
}

/**
 * A tenth above what is needed, in round numbers.
 *
 * @param {number} actual
 */
export function suggestedBudget(actual) {
  return Math.ceil((actual * 1.1) / 100) * 100;
}

/**
 * Things without a budget, and budgets without a thing.
 *
 * @param {readonly string[]} things
 * @param {Readonly<Record<string, unknown>>} budgets
 * @param {string} section - Of the budget file.
 * @returns {Finding[]}
 */
export function compareNames(things, budgets, section) {
  return [
    ...things
      .filter((name) => !Object.hasOwn(budgets, name))
      .map((name) => ({
        where: name,
        what: 'has no budget',
        mend: `Add it to "${section}" in ${BUDGETS}, with a reason.`,
      })),
    ...Object.keys(budgets)
      .filter((name) => !things.includes(name))
      .map((name) => ({
        where: name,
        what: 'has a budget and does not exist',
        mend: `Remove it from "${section}" in ${BUDGETS}.`,
      })),
  ];
}
