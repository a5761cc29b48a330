/** Everything `@carillon/server` offers to programs. */
export { type RunningServer, type ServerOptions, startServer } from './server.js';
export { ServerError, type ServerErrorCode } from './server-error.js';
export type { ServerStatus } from './status-feed.js';
