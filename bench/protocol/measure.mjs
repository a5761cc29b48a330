/** Times pieces of code against each other. The figures are of one machine: read the ratios. */

/** The best of several rounds, in nanoseconds for each of `count` things that one call of `run` does. */
function nanosecondsEach(run, count) {
  const enough = 40_000_000; // nanoseconds for each round
  let calls = 1;
  for (let spent = 0; spent < enough / 4; calls *= 2) spent = time(run, calls);
  let best = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 7; round++) best = Math.min(best, time(run, calls) / calls);
  return best / count;
}

function time(run, calls) {
  const start = process.hrtime.bigint();
  for (let i = 0; i < calls; i++) run();
  return Number(process.hrtime.bigint() - start);
}

/** Prints a line for each contender, with how much longer than the first it takes. */
export function compare(title, count, contenders) {
  console.log(`\n${title}`);
  let first;
  for (const [name, run] of Object.entries(contenders)) {
    const each = nanosecondsEach(run, count);
    first ??= each;
    const ratio = `${(each / first).toFixed(2)}x`;
    console.log(`  ${name.padEnd(44)}${each.toFixed(1).padStart(10)} ns${ratio.padStart(9)}`);
  }
}
