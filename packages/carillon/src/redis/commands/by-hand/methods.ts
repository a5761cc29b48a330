/** All methods that are written by hand, by the name of their command. */
import type { MethodsByHand } from '../typed-methods.js';
import { ACL } from './acl.js';
import { BITMAP } from './bitmap.js';
import { CLUSTER } from './cluster.js';
import { COMMAND_DESCRIPTIONS } from './command-descriptions.js';
import { CONNECTION } from './connection.js';
import { GEO } from './geo.js';
import { GEO_SEARCH } from './geo-search.js';
import { HASH } from './hash.js';
import { KEYS } from './keys.js';
import { MONITORING } from './monitoring.js';
import { SCRIPTING } from './scripting.js';
import { SERVER } from './server.js';
import { SORTED_SET } from './sorted-set.js';
import { SORTED_SET_RANGES } from './sorted-set-ranges.js';
import { STREAM } from './stream.js';
import { STREAM_GROUPS } from './stream-groups.js';
import { STREAM_READING } from './stream-reading.js';
import { STREAM_REPORTS } from './stream-reports.js';
import { STRING } from './string.js';
import { VECTOR_SET } from './vector-set.js';

/** Of all groups; a command that is not among them is sent and read as the generated table says. */
export const METHODS_BY_HAND: MethodsByHand = {
  ...STRING,
  ...HASH,
  ...SORTED_SET,
  ...SORTED_SET_RANGES,
  ...STREAM,
  ...STREAM_READING,
  ...STREAM_GROUPS,
  ...STREAM_REPORTS,
  ...GEO,
  ...GEO_SEARCH,
  ...BITMAP,
  ...VECTOR_SET,
  ...KEYS,
  ...SCRIPTING,
  ...CONNECTION,
  ...SERVER,
  ...COMMAND_DESCRIPTIONS,
  ...ACL,
  ...MONITORING,
  ...CLUSTER,
};
