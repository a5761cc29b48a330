/** The door `carillon/node`: WebSocket routes for a `node:http` server. */
export {
  type AttachedChannels,
  type AttachOptions,
  attachChannels,
} from '../channels/plugins/node.js';
export { RAW_CLOSE_CODES } from '../channels/transports/raw-close-codes.js';
export type { RawWebSocketOptions } from '../channels/transports/raw-websocket-options.js';
