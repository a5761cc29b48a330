/**
 * One short exchange with a server: connect, ask, read, close.
 *
 * For the kit's own needs and for a test's occasional `CLIENT KILL`. Deliberately no client: every
 * command has a connection of its own, so nothing of it shows in the server afterwards, and it works
 * right after a restart. Replies become text.
 */
import { connect, type Socket } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { TestKitError } from './test-kit-error.js';

/** How to reach a server with full rights. */
export interface ControlAddress {
  /** Where it listens: a TCP port on a host, or a unix socket. */
  readonly endpoint: { readonly host: string; readonly port: number } | { readonly path: string };
  /** PEM texts; present when the server speaks TLS. */
  readonly tls?: { readonly ca: string; readonly cert: string; readonly key: string } | undefined;
  /** Arguments of AUTH; none when the server asks for no password. */
  readonly auth: readonly string[];
}

/**
 * Runs one command on a connection of its own.
 *
 * @returns The reply as text. Elements of an array stand on a line each; null is the empty string.
 * @throws {TestKitError} `COMMAND_FAILED` when the server replies with an error, closes the
 *   connection before it has replied, does not reply within `deadlineMs`, or `signal` aborts.
 */
export function exchange(
  address: ControlAddress,
  command: readonly string[],
  deadlineMs: number,
  signal?: AbortSignal,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const { endpoint, tls, auth } = address;
    const socket: Socket =
      tls === undefined ? connect(endpoint) : connectTls({ ...endpoint, ...tls });
    const timer = setTimeout(
      () => fail(`no reply to ${command[0]} within ${deadlineMs} ms`),
      deadlineMs,
    );
    const abort = () => fail(`gave up on ${command[0]}`);
    signal?.addEventListener('abort', abort);
    const commands = auth.length === 0 ? [command] : [['AUTH', ...auth], command];
    let received: Buffer = Buffer.alloc(0);

    socket.write(commands.map(encode).join(''));
    socket.on('data', (chunk: Buffer) => {
      received = Buffer.concat([received, chunk]);
      let position = 0;
      let reply: Reply | undefined;
      for (let index = 0; index < commands.length; index++) {
        reply = readReply(received, position);
        if (reply === undefined) return;
        if (reply.isError) return fail(reply.text);
        position = reply.end;
      }
      settle();
      resolve(reply?.text ?? '');
    });
    socket.on('error', (cause) => fail(`no connection for ${command[0]}`, cause));
    socket.on('close', () => fail(`the server closed the connection instead of a reply`));

    function fail(message: string, cause?: unknown): void {
      settle();
      reject(new TestKitError('COMMAND_FAILED', message, { cause }));
    }
    function settle(): void {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      socket.destroy();
    }
  });
}

interface Reply {
  readonly text: string;
  readonly isError: boolean;
  /** Position after the reply. */
  readonly end: number;
}

function encode(command: readonly string[]): string {
  const items = command.map((item) => `$${Buffer.byteLength(item)}\r\n${item}\r\n`);
  return `*${command.length}\r\n${items.join('')}`;
}

/** Reads one RESP2 reply at a position; undefined when its end has not arrived. */
function readReply(bytes: Buffer, position: number): Reply | undefined {
  const lineEnd = bytes.indexOf('\r\n', position);
  if (lineEnd === -1) return undefined;
  const type = bytes.toString('latin1', position, position + 1);
  const line = bytes.toString('utf8', position + 1, lineEnd);
  const next = lineEnd + 2;

  if (type === '$') {
    const length = Number(line);
    if (length < 0) return { text: '', isError: false, end: next };
    if (bytes.length < next + length + 2) return undefined;
    const text = bytes.toString('utf8', next, next + length);
    return { text, isError: false, end: next + length + 2 };
  }
  if (type === '*') {
    const texts: string[] = [];
    let end = next;
    for (let index = 0; index < Number(line); index++) {
      const item = readReply(bytes, end);
      if (item === undefined) return undefined;
      texts.push(item.text);
      end = item.end;
    }
    return { text: texts.join('\n'), isError: false, end };
  }
  return { text: line, isError: type !== '+' && type !== ':', end: next };
}
