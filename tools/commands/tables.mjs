/** The tables of all groups; a group is a page of the reference and a generated module. */
import { ACL } from './table/acl.mjs';
import { BITMAP } from './table/bitmap.mjs';
import { CLUSTER } from './table/cluster.mjs';
import { CONNECTION } from './table/connection.mjs';
import { GEO } from './table/geo.mjs';
import { HASH } from './table/hash.mjs';
import { HYPERLOGLOG } from './table/hyperloglog.mjs';
import { KEYS } from './table/keys.mjs';
import { LIST } from './table/list.mjs';
import { MONITORING } from './table/monitoring.mjs';
import { PUBSUB } from './table/pubsub.mjs';
import { SCRIPTING } from './table/scripting.mjs';
import { SERVER } from './table/server.mjs';
import { SET } from './table/set.mjs';
import { SORTED_SET } from './table/sorted-set.mjs';
import { STREAM } from './table/stream.mjs';
import { STRING } from './table/string.mjs';
import { VECTOR_SET } from './table/vector-set.mjs';

/** @type {Readonly<Record<string, import('./table-types.mjs').GroupTable>>} */
export const TABLES = {
  string: STRING,
  hash: HASH,
  list: LIST,
  set: SET,
  'sorted-set': SORTED_SET,
  stream: STREAM,
  geo: GEO,
  bitmap: BITMAP,
  hyperloglog: HYPERLOGLOG,
  'vector-set': VECTOR_SET,
  keys: KEYS,
  scripting: SCRIPTING,
  pubsub: PUBSUB,
  connection: CONNECTION,
  server: SERVER,
  acl: ACL,
  monitoring: MONITORING,
  cluster: CLUSTER,
};
