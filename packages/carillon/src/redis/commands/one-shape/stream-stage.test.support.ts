/** The streams that the cases of stream commands begin with. */
import type { Words } from '../call-command.js';

/** Three entries: `1-0` to `3-0`, whose field `f` has the id's first number. */
export const THREE: readonly Words[] = ['1', '2', '3'].map((n) => ['XADD', 's', `${n}-0`, 'f', n]);

/** The group `g`, which reads them from the first on. */
export const GROUP: readonly Words[] = [...THREE, ['XGROUP', 'CREATE', 's', 'g', '0']];

/** Two of them are pending: Alice has them. */
export const PENDING: readonly Words[] = [
  ...GROUP,
  ['XREADGROUP', 'GROUP', 'g', 'alice', 'COUNT', '2', 'STREAMS', 's', '>'],
];

/** One of those was deleted. */
export const ONE_DELETED: readonly Words[] = [...PENDING, ['XDEL', 's', '1-0']];

export const ENTRY_1 = { id: '1-0', fields: { f: '1' } };
export const ENTRY_2 = { id: '2-0', fields: { f: '2' } };
export const ENTRY_3 = { id: '3-0', fields: { f: '3' } };

export const PROTO = '__proto__';
