/** What a deadline for each command costs: 64 GETs in flight with the default one and with none. */
import { gets } from './kinds/strings.mjs';

export const workload = {
  ...gets({ inFlight: 64, valueBytes: 64 }),
  title: 'A deadline for each command against none, 64 GETs in flight',
  rows: ['carillon', 'carillon-no-timeout'],
  target: { against: 'carillon-no-timeout', throughput: 0.95, cpu: 1.05 },
};
