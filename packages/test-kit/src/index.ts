/** Everything `@carillon/test-kit` offers. */
export { type Certificates, createCertificates } from './certificates.js';
export type { Faults } from './fault-flow.js';
export {
  type Admission,
  FaultDirection,
  FaultProxy,
  type FaultProxyOptions,
  type ProxyTarget,
  startFaultProxy,
} from './fault-proxy.js';
export { type FetchResult, type FetchServerOptions, fetchServer } from './fetch-server.js';
export { describeServerBinary, findServerBinary, type ServerBinary } from './server-binary.js';
export type { AclUser, ServerSettings } from './server-config.js';
export { SERVER_VERSIONS, type ServerVersion, type VersionSource } from './server-versions.js';
export { TestKitError, type TestKitErrorCode } from './test-kit-error.js';
export {
  type ClientTls,
  type StartServerOptions,
  startServer,
  type TcpServerOptions,
  TestServer,
  type UnixServerOptions,
} from './test-server.js';
export { type WaitForOptions, waitFor } from './wait-for.js';
