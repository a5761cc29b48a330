/**
 * The demo page's files, read once at the start and served from memory.
 *
 * Browsers ask each time whether their copy is still good (`no-cache` with an `ETag`), so a new
 * release shows at once and an unchanged file costs a 304.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname } from 'node:path';

const FOLDER = new URL('../../public/', import.meta.url);

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.svg': 'image/svg+xml',
};

/** A file in memory. */
export interface StaticFile {
  readonly body: Buffer;
  readonly type: string;
  readonly etag: string;
}

/** Reads the folder `public`; files by URL path, the page itself at `/`. */
export async function loadStaticFiles(): Promise<ReadonlyMap<string, StaticFile>> {
  const files = new Map<string, StaticFile>();
  for (const name of await readdir(FOLDER)) {
    const type = TYPES[extname(name)];
    if (type === undefined) continue;
    const body = await readFile(new URL(name, FOLDER));
    const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
    files.set(name === 'index.html' ? '/' : `/${name}`, { body, type, etag });
  }
  return files;
}

/** Answers with a file, or with 304 when the client has it. */
export function sendStaticFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: StaticFile,
): void {
  response.setHeader('cache-control', 'no-cache');
  response.setHeader('etag', file.etag);
  const known = (request.headers['if-none-match'] ?? '').split(/\s*,\s*/);
  if (known.includes(file.etag) || known.includes(`W/${file.etag}`)) {
    response.writeHead(304).end();
    return;
  }
  response.writeHead(200, { 'content-type': file.type, 'content-length': file.body.length });
  response.end(file.body); // Node sends no body in answer to HEAD
}
