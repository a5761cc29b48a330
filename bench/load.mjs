/**
 * What keeps a client busy while it is measured, and counts what it completed.
 *
 * Here: so many operations in flight at any time. Messages, which nobody asks for one by one, are
 * another load: `receiving.mjs`.
 */
import { createHistogram } from 'node:perf_hooks';

/**
 * @typedef {object} Load
 * @property {() => number} completed Since its start.
 * @property {import('node:perf_hooks').RecordableHistogram | null} latency
 *   Of single operations, in nanoseconds; `null` where what is counted has no beginning of its own.
 * @property {() => void} stop Begins nothing more.
 * @property {Promise<unknown>} ended
 *   Resolves when it was stopped and all that had begun is complete; rejects at the first failure.
 */

/**
 * With many in flight one operation in 17 per lane is timed: prime, so that no position in a batch
 * is favoured. With few they are slow, and each is timed.
 */
const SAMPLE_EVERY = 17;
const FEW_IN_FLIGHT = 8;

/**
 * Starts that many `async` loops that each await one operation after the other.
 *
 * @param {number} inFlight
 * @param {(turn: number) => Promise<unknown>} operation
 * @returns {Load}
 */
export function keepInFlight(inFlight, operation) {
  const sampleEvery = inFlight > FEW_IN_FLIGHT ? SAMPLE_EVERY : 1;
  const latency = createHistogram();
  let completed = 0;
  let running = true;

  /** @param {number} lane */
  async function keepOneInFlight(lane) {
    let untilSample = lane % sampleEvery;
    for (let turn = lane; running; turn += inFlight) {
      if (untilSample-- > 0) {
        await operation(turn);
      } else {
        untilSample = sampleEvery - 1;
        const start = performance.now();
        await operation(turn);
        latency.record(Math.ceil((performance.now() - start) * 1e6));
      }
      completed++;
    }
  }

  return {
    completed: () => completed,
    latency,
    stop() {
      running = false;
    },
    ended: Promise.all(Array.from({ length: inFlight }, (_, lane) => keepOneInFlight(lane))),
  };
}
