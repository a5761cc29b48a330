/**
 * From the measurements of all rounds to medians, spreads and ratios. Pure.
 */

/** @typedef {import('./measure.mjs').Measurement} Measurement */

/**
 * Figures of one client over all rounds.
 *
 * @typedef {object} Row
 * @property {string} name
 * @property {'ours' | 'peer' | 'aside'} role
 * @property {string} version
 * @property {string} configuration
 * @property {Measurement[]} rounds In the order in which they ran.
 * @property {Measurement} median Of each figure by itself.
 * @property {Measurement} min
 * @property {Measurement} max
 */

/**
 * Ours divided by a peer's, medians by medians. Throughput is better above 1, the rest below.
 *
 * @typedef {object} Ratio
 * @property {string} peer
 * @property {number} throughput
 * @property {number} throughputMin Smallest ratio within one round.
 * @property {number} throughputMax
 * @property {number} cpu
 * @property {number | null} p99 `null` where single operations were not timed.
 * @property {number} memory
 */

/**
 * Whether the target was reached, and by what figures.
 *
 * @typedef {object} Verdict
 * @property {Ratio} ratio Against the rival that the target names.
 * @property {boolean} reached
 * @property {('throughput' | 'cpu' | 'p99')[]} missed
 * @property {boolean} serverBound The server was the limit of ours, so that no client could do more.
 */

/** From here on the server is the limit, and only CPU per operation still tells clients apart. */
export const SERVER_BOUND = 0.9;

/**
 * Summarises the rounds of one client.
 *
 * @param {Pick<Row, 'name' | 'role' | 'version' | 'configuration'>} client
 * @param {Measurement[]} rounds At least one.
 * @returns {Row}
 */
export function summarise(client, rounds) {
  return {
    ...client,
    rounds,
    median: eachFigure(rounds, medianOf),
    min: eachFigure(rounds, (values) => Math.min(...values)),
    max: eachFigure(rounds, (values) => Math.max(...values)),
  };
}

/**
 * Finds the peer with the highest throughput, in whichever configuration.
 *
 * @param {readonly Row[]} rows
 * @returns {Row | undefined}
 */
export function bestPeer(rows) {
  return rows.filter((row) => row.role === 'peer').sort(byThroughput)[0];
}

/**
 * Compares ours with each other row, the fastest first.
 *
 * @param {readonly Row[]} rows
 * @returns {Ratio[]} Empty when ours is not among the rows.
 */
export function ratios(rows) {
  const ours = rows.find((row) => row.role === 'ours');
  if (!ours) return [];
  const others = rows.filter((row) => row !== ours).sort(byThroughput);
  return others.map((peer) => {
    // Rounds alternate, so the two that ran side by side saw the same neighbours on the machine.
    const throughputs = ours.rounds.flatMap((round, index) => {
      const other = peer.rounds[index];
      return other ? [round.operationsPerSecond / other.operationsPerSecond] : [];
    });
    return {
      peer: peer.name,
      throughput: ours.median.operationsPerSecond / peer.median.operationsPerSecond,
      throughputMin: Math.min(...throughputs),
      throughputMax: Math.max(...throughputs),
      cpu: ours.median.cpuSecondsPerMillion / peer.median.cpuSecondsPerMillion,
      p99:
        ours.median.p99Ms === null || peer.median.p99Ms === null
          ? null
          : ours.median.p99Ms / peer.median.p99Ms,
      memory: ours.median.peakMegabytes / peer.median.peakMegabytes,
    };
  });
}

/**
 * Compares ours with what we want to reach.
 *
 * @param {import('./workload.mjs').Target} target
 * @param {readonly Row[]} rows
 * @returns {Verdict | undefined} None when ours or the rival is not among the rows.
 */
export function judge(target, rows) {
  const rival = target.against ?? bestPeer(rows)?.name;
  const ours = rows.find((row) => row.role === 'ours');
  const ratio = ratios(rows).find(({ peer }) => peer === rival);
  if (!ours || !ratio) return undefined;
  /** @type {Verdict['missed']} */
  const missed = [];
  if (ratio.throughput < target.throughput) missed.push('throughput');
  if (ratio.cpu > (target.cpu ?? Number.POSITIVE_INFINITY)) missed.push('cpu');
  if ((ratio.p99 ?? 0) > (target.p99 ?? Number.POSITIVE_INFINITY)) missed.push('p99');
  const serverBound = (ours.median.serverBusy ?? 0) >= SERVER_BOUND;
  return { ratio, reached: missed.length === 0, missed, serverBound };
}

/**
 * @param {Row} a
 * @param {Row} b
 */
function byThroughput(a, b) {
  return b.median.operationsPerSecond - a.median.operationsPerSecond;
}

/**
 * @param {Measurement[]} rounds
 * @param {(values: number[]) => number} reduce
 * @returns {Measurement}
 */
function eachFigure(rounds, reduce) {
  /** @param {keyof Measurement} figure */
  const over = (figure) => reduce(rounds.map((round) => Number(round[figure])));
  /** @param {keyof Measurement} figure */
  const ifTold = (figure) => (rounds.some((round) => round[figure] === null) ? null : over(figure));
  return {
    operationsPerSecond: over('operationsPerSecond'),
    cpuSecondsPerMillion: over('cpuSecondsPerMillion'),
    p50Ms: ifTold('p50Ms'),
    p99Ms: ifTold('p99Ms'),
    peakMegabytes: over('peakMegabytes'),
    clientBusy: over('clientBusy'),
    serverBusy: ifTold('serverBusy'),
    operations: over('operations'),
  };
}

/**
 * The middle value, or the mean of the two in the middle.
 *
 * @param {number[]} values
 * @returns {number}
 */
export function medianOf(values) {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.slice((sorted.length - 1) >> 1, (sorted.length >> 1) + 1);
  return middle.reduce((sum, value) => sum + value, 0) / middle.length;
}
