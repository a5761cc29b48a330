/** Errors of finding a server through Sentinel. */
import { type ErrorContext, RedisError } from './redis-error.js';

/** The codes of this file. Each has a row in `error-table.ts`. */
export type SentinelErrorCode =
  | 'MASTER_NOT_FOUND'
  | 'REPLICA_NOT_FOUND'
  | 'MASTER_REPLY'
  | 'REPLICA_REPLY';

/** No sentinel knows a reachable primary of that name. */
export class MasterNotFoundError extends RedisError {
  override readonly name: string = 'MasterNotFoundError';
  readonly code: SentinelErrorCode = 'MASTER_NOT_FOUND';

  constructor(service: string, context: ErrorContext = {}) {
    super(`no sentinel knows a reachable primary for service ${JSON.stringify(service)}`, context);
  }
}

/** No sentinel knows a reachable replica of that name. */
export class ReplicaNotFoundError extends RedisError {
  override readonly name: string = 'ReplicaNotFoundError';
  readonly code: SentinelErrorCode = 'REPLICA_NOT_FOUND';

  constructor(service: string, context: ErrorContext = {}) {
    super(`no sentinel knows a reachable replica for service ${JSON.stringify(service)}`, context);
  }
}

/** The primary was found but refused the handshake, for instance the credentials. */
export class MasterReplyError extends RedisError {
  override readonly name: string = 'MasterReplyError';
  readonly code: SentinelErrorCode = 'MASTER_REPLY';

  constructor(service: string, context: ErrorContext = {}) {
    super(`the primary of service ${JSON.stringify(service)} refused the connection`, context);
  }
}

/** A replica was found but refused the handshake, for instance the credentials. */
export class ReplicaReplyError extends RedisError {
  override readonly name: string = 'ReplicaReplyError';
  readonly code: SentinelErrorCode = 'REPLICA_REPLY';

  constructor(service: string, context: ErrorContext = {}) {
    super(`a replica of service ${JSON.stringify(service)} refused the connection`, context);
  }
}

/** The name `ReplicaNotFoundError` had before Redis renamed slaves. */
export const SlaveNotFoundError: typeof ReplicaNotFoundError = ReplicaNotFoundError;
/** The name `ReplicaReplyError` had before Redis renamed slaves. */
export const SlaveReplyError: typeof ReplicaReplyError = ReplicaReplyError;
