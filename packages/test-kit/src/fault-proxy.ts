/**
 * A TCP proxy inside the test's process that breaks connections the way networks do.
 *
 * It knows bytes, not commands: it works for plain and for TLS connections alike. What happens to
 * the bytes of one direction is in `fault-flow.ts`.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { type Ending, FaultFlow, type Faults } from './fault-flow.js';
import { nextPort } from './ports.js';
import { TestKitError } from './test-kit-error.js';

/** Where a proxy leads: a `TestServer`, or whatever else listens on a port or unix socket. */
export interface ProxyTarget {
  /** 127.0.0.1 when not given. */
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** A unix socket; goes before `host` and `port`. */
  readonly socketPath?: string | undefined;
  /** What `FaultProxy.url` is derived from. */
  readonly url?: string | undefined;
}

/**
 * What happens to new connections: they are forwarded; refused (`ECONNREFUSED`, nothing listens);
 * or accepted and then never answered, for as long as they live.
 */
export type Admission = 'forward' | 'refuse' | 'silence';

/** Initial faults of `startFaultProxy`. */
export interface FaultProxyOptions {
  readonly toServer?: Faults;
  readonly toClient?: Faults;
}

/**
 * Starts a proxy on a free port of 127.0.0.1, transparent unless faults are given.
 *
 * @param target - What connections are forwarded to, or its URL: `redis://`, `rediss://` (port 6379
 *   when it names none) or `unix://`.
 * @throws {TestKitError} `BAD_OPTION` when the target has neither a port nor a socket path, or for a
 *   fault that makes no sense.
 */
export async function startFaultProxy(
  target: ProxyTarget | string,
  options: FaultProxyOptions = {},
): Promise<FaultProxy> {
  const place = typeof target === 'string' ? targetOf(target) : target;
  if (!place.port && !place.socketPath) {
    throw new TestKitError('BAD_OPTION', 'the target of a proxy needs a port or a socketPath');
  }
  const proxy = new FaultProxy(place, options);
  await proxy.admit('forward');
  return proxy;
}

function targetOf(url: string): ProxyTarget {
  const { protocol, hostname, port, pathname } = new URL(url);
  if (protocol === 'unix:') return { socketPath: pathname, url };
  return { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 6379), url };
}

/** One direction of a proxy: its faults, for the connections it has and for those to come. */
export class FaultDirection {
  #faults: Faults;
  #bytes = 0;
  readonly #flows = new Set<FaultFlow>();

  /** Made by the proxy. */
  constructor(faults: Faults) {
    checkFaults(faults);
    this.#faults = faults;
  }

  /** The faults in force. */
  get faults(): Faults {
    return this.#faults;
  }

  /** Bytes that came through or were dropped, of all connections. */
  get bytes(): number {
    return this.#bytes;
  }

  /**
   * Replaces all faults of this direction. Counts (`cutAfterBytes`, `inject`) begin at this call for
   * open connections, and at its first byte for a new one.
   *
   * @throws {TestKitError} `BAD_OPTION` for a rate or size that would let nothing through: say `stall`.
   */
  set(faults: Faults): void {
    checkFaults(faults);
    this.#faults = faults;
    for (const flow of [...this.#flows]) flow.set(faults);
  }

  /** Back to transparent: `set({})`. */
  clear(): void {
    this.set({});
  }

  /** Starts carrying one connection's bytes; the proxy calls this. */
  carry(source: Socket, sink: Socket, onEnding: (ending: Ending) => void): FaultFlow {
    const onBytes = (count: number) => {
      this.#bytes += count;
    };
    const flow = new FaultFlow({ source, sink, faults: this.#faults, onBytes, onEnding });
    this.#flows.add(flow);
    source.once('close', () => {
      this.#flows.delete(flow);
    });
    return flow;
  }
}

function checkFaults({ bytesPerSecond, chunkBytes }: Faults): void {
  for (const [name, value] of Object.entries({ bytesPerSecond, chunkBytes })) {
    if (value === undefined || (Number.isInteger(value) && value > 0)) continue;
    throw new TestKitError('BAD_OPTION', `${name} is ${value}; it must be a positive integer`);
  }
}

/** A running proxy; see `startFaultProxy`. */
export class FaultProxy {
  readonly host: string = '127.0.0.1';
  /** What happens to the bytes that clients send. */
  readonly toServer: FaultDirection;
  /** What happens to the bytes that the server sends. */
  readonly toClient: FaultDirection;

  readonly #target: ProxyTarget;
  readonly #links = new Set<Link>();
  #listener: Server | undefined;
  #admission: Admission = 'refuse';
  #port = 0;
  #accepted = 0;

  /** Use `startFaultProxy`. */
  constructor(target: ProxyTarget, options: FaultProxyOptions) {
    this.#target = target;
    this.toServer = new FaultDirection(options.toServer ?? {});
    this.toClient = new FaultDirection(options.toClient ?? {});
  }

  /** The port it listens on, also while it refuses. */
  get port(): number {
    return this.#port;
  }

  /** The target's URL with the proxy's host and port: same scheme, credentials and database. */
  get url(): string {
    const { url, socketPath } = this.#target;
    const derived = new URL(url ?? 'redis://localhost');
    if (derived.protocol !== 'unix:' && socketPath === undefined) {
      derived.host = `${this.host}:${this.#port}`;
      return derived.href;
    }
    const username = encodeURIComponent(derived.searchParams.get('username') ?? '');
    const password = encodeURIComponent(derived.searchParams.get('password') ?? '');
    const prefix = username || password ? `${username}:${password}@` : '';
    return `redis://${prefix}${this.host}:${this.#port}`;
  }

  /** Number of connections that are open now. */
  get connections(): number {
    return [...this.#links].filter((link) => link.isOpen).length;
  }

  /** Number of connections accepted since the start. */
  get accepted(): number {
    return this.#accepted;
  }

  /** Sets the same faults for both directions. */
  set(faults: Faults): void {
    this.toServer.set(faults);
    this.toClient.set(faults);
  }

  /** Closes all open connections in order (FIN on both sides). New ones are still admitted. */
  cut(): void {
    for (const link of [...this.#links]) link.finish('fin');
  }

  /** Resets all open connections (RST on both sides). New ones are still admitted. */
  resetConnections(): void {
    for (const link of [...this.#links]) link.finish('reset');
  }

  /** Decides about new connections; open ones stay as they are. */
  async admit(admission: Admission): Promise<void> {
    this.#admission = admission;
    if (admission === 'refuse') {
      this.#listener?.close();
      this.#listener = undefined;
    } else if (this.#listener === undefined) {
      this.#listener = await this.#listen();
    }
  }

  /** Transparent again: no faults, and new connections are forwarded. */
  async heal(): Promise<void> {
    this.set({});
    await this.admit('forward');
  }

  /** Stops listening and resets what is open. */
  async close(): Promise<void> {
    await this.admit('refuse');
    this.resetConnections();
  }

  /** `close()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #listen(): Promise<Server> {
    for (let attempt = 0; ; attempt++) {
      const port = this.#port || nextPort();
      try {
        const listener = await listenOn(port, this.host, (client) => this.#accept(client));
        this.#port = port;
        return listener;
      } catch (cause) {
        // Once clients know the port, only that one will do.
        if (this.#port === 0 && attempt < 100) continue;
        throw new TestKitError('PORT_TAKEN', `cannot listen on port ${port}`, { cause });
      }
    }
  }

  #accept(client: Socket): void {
    this.#accepted++;
    const link = new Link(client, () => this.#links.delete(link));
    this.#links.add(link);
    if (this.#admission === 'forward') link.forward(this.#target, this.toServer, this.toClient);
    else client.resume(); // reads, so that it notices when the client leaves
  }
}

/** One connection through the proxy: the client's socket, and the one to the target. */
class Link {
  readonly #client: Socket;
  readonly #onClose: () => void;
  #server: Socket | undefined;
  #serverIsTcp = false;
  #finished = false;
  readonly #flows: FaultFlow[] = [];

  constructor(client: Socket, onClose: () => void) {
    this.#client = client;
    this.#onClose = onClose;
    this.#watch(client);
    client.on('end', () => {
      // Nobody will ever answer a client that was met with silence.
      if (this.#server === undefined) client.end();
    });
  }

  forward(target: ProxyTarget, toServer: FaultDirection, toClient: FaultDirection): void {
    const { socketPath: path, host = '127.0.0.1', port = 0 } = target;
    const server = connect({
      ...(path === undefined ? { host, port } : { path }),
      allowHalfOpen: true,
      noDelay: true,
    });
    this.#server = server;
    this.#serverIsTcp = path === undefined;
    this.#watch(server);
    const onEnding = (ending: Ending) => this.finish(ending);
    this.#flows.push(toServer.carry(this.#client, server, onEnding));
    this.#flows.push(toClient.carry(server, this.#client, onEnding));
  }

  /** Whether neither a fault nor an error has ended it. */
  get isOpen(): boolean {
    return !this.#finished;
  }

  finish(ending: Ending): void {
    this.#finished = true;
    for (const flow of this.#flows) flow.stop();
    for (const socket of [this.#client, this.#server]) {
      if (socket === undefined || socket.destroyed) continue;
      if (ending === 'fin') {
        // Reading on until the other side closes too: closing over unread bytes would be a reset.
        socket.end();
        socket.resume();
      } else if (canReset(socket) && (socket === this.#client || this.#serverIsTcp)) {
        socket.resetAndDestroy();
      } else {
        socket.destroy(); // a unix socket knows no reset
      }
    }
  }

  #watch(socket: Socket): void {
    // A connection that one side broke is broken for the other side too.
    socket.on('error', () => this.finish('reset'));
    socket.on('close', () => {
      const others = [this.#client, this.#server].filter((one) => one !== undefined);
      if (!others.every((one) => one.destroyed)) return;
      this.#finished = true;
      this.#onClose();
    });
  }
}

/** Node leaves a socket open for good that is reset while its FIN is on the way. */
function canReset(socket: Socket): boolean {
  return !socket.writableEnded || socket.writableFinished;
}

function listenOn(port: number, host: string, accept: (client: Socket) => void): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true, noDelay: true }, accept);
    server.once('error', reject);
    server.listen(port, host, () => {
      server.off('error', reject);
      resolve(server);
    });
  });
}
