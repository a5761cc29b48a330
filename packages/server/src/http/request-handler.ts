/**
 * The server's HTTP routes: the page and its files, `GET /health`, `POST /say`.
 *
 * Not here: the WebSocket routes, which `carillon/node` adds to the same server (`server.ts`).
 */
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { type ChatMessage, chatMessageFrom } from './chat-message.js';
import { HttpError } from './http-error.js';
import { readJsonBody } from './json-body.js';
import { type StaticFile, sendStaticFile } from './static-files.js';

/** What the routes show and do. */
export interface Site {
  readonly files: ReadonlyMap<string, StaticFile>;
  /** What `/health` answers. */
  health(): object;
  /** Publishes a line of the chat; rejects when it may not have arrived. */
  say(message: ChatMessage): Promise<void>;
}

/** Room for the longest text when every character is escaped. */
const MAX_BODY_BYTES = 8_192;

/** Everything the page needs comes from this server; nothing else may run, load or frame it. */
const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  'content-security-policy': [
    `default-src 'none'`,
    `script-src 'self'`,
    `style-src 'self'`,
    `img-src 'self'`,
    `connect-src 'self'`,
    `base-uri 'none'`,
    `form-action 'none'`,
    `frame-ancestors 'none'`,
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
};

/** Makes the listener for a server's `request` event. It answers every request and never throws. */
export function requestHandler(site: Site): RequestListener {
  return (request, response) => {
    for (const [name, value] of Object.entries(SECURITY_HEADERS)) response.setHeader(name, value);
    respond(site, request, response).catch((error: unknown) => sendError(response, error));
  };
}

async function respond(
  site: Site,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const [path = ''] = (request.url ?? '').split('?', 1);
  if (path === '/health') {
    allow(request, 'GET', 'HEAD');
    sendJson(response, 200, site.health());
    return;
  }
  if (path === '/say') {
    allow(request, 'POST');
    await say(site, request, response);
    return;
  }
  const file = site.files.get(path);
  if (file === undefined) throw new HttpError(404, 'there is nothing here');
  allow(request, 'GET', 'HEAD');
  sendStaticFile(request, response, file);
}

async function say(site: Site, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const message = chatMessageFrom(await readJsonBody(request, MAX_BODY_BYTES));
  try {
    await site.say(message);
  } catch (cause) {
    throw new HttpError(503, 'the message could not be delivered: try again', { cause });
  }
  sendJson(response, 202, { id: message.id });
}

function allow(request: IncomingMessage, ...methods: readonly string[]): void {
  if (methods.includes(request.method ?? '')) return;
  const headers = { allow: methods.join(', ') };
  throw new HttpError(405, `use ${methods.join(' or ')}`, { headers });
}

function sendJson(response: ServerResponse, status: number, value: object): void {
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': body.length,
    'cache-control': 'no-store',
  });
  response.end(body);
}

function sendError(response: ServerResponse, error: unknown): void {
  if (response.headersSent) {
    response.destroy();
    return;
  }
  const known = error instanceof HttpError ? error : new HttpError(500, 'something went wrong');
  for (const [name, value] of Object.entries(known.headers)) response.setHeader(name, value);
  sendJson(response, known.status, { error: known.message });
}
