/** The door `carillon/protocol`: RESP2 and RESP3, without a socket. */
export { ProtocolError, type ProtocolErrorCode } from '../redis/errors/protocol-error.js';
export { ReplyError } from '../redis/errors/reply-error.js';
export { UsageError, type UsageErrorCode } from '../redis/errors/usage-error.js';
export { CommandHead } from '../redis/protocol/command-head.js';
export { DecodeAs, Decoder, type DecoderOptions, INCOMPLETE } from '../redis/protocol/decoder.js';
export { type Argument, CommandEncoder } from '../redis/protocol/encoder.js';
export { DEFAULT_LIMITS, type DecoderLimits } from '../redis/protocol/limits.js';
export {
  Attributed,
  type Reply,
  type ReplyMap,
  type ReplySet,
  VerbatimString,
} from '../redis/protocol/reply.js';
export type {
  DecoderFactory,
  DecoderHooks,
  ReplyDecoder,
} from '../redis/protocol/reply-decoder.js';
export {
  type Encodable,
  type EncodableMap,
  type EncodableSet,
  type EncodeReplyOptions,
  encodeReply,
  type WireForm,
} from '../redis/protocol/reply-encoder.js';
