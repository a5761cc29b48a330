/** Reads a request's body as JSON, with a bound. */
import type { IncomingMessage } from 'node:http';
import { HttpError } from './http-error.js';

/** JSON.parse replaces broken UTF-8 silently; a strict decoder says so. */
const strictUtf8 = new TextDecoder('utf-8', { fatal: true });

/**
 * Reads and parses the body.
 *
 * Only `application/json` is taken: a browser sends that across origins after asking, and we never
 * say yes, so no other web page can post in its visitor's name.
 *
 * @throws {HttpError} 415, 413 or 400.
 */
export async function readJsonBody(request: IncomingMessage, maxBytes: number): Promise<unknown> {
  const [type = ''] = (request.headers['content-type'] ?? '').split(';', 1);
  if (type.trim().toLowerCase() !== 'application/json') {
    throw new HttpError(415, 'the body must be JSON, with content-type: application/json');
  }
  const bytes = await readBounded(request, maxBytes);
  try {
    return JSON.parse(strictUtf8.decode(bytes));
  } catch (cause) {
    throw new HttpError(400, 'the body is not valid JSON', { cause });
  }
}

async function readBounded(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const tooLarge = (): HttpError =>
    new HttpError(413, `the body must not exceed ${maxBytes} bytes`, {
      headers: { connection: 'close' },
    });
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge();
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > maxBytes) reject(tooLarge());
      else chunks.push(chunk);
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    request.once('error', reject);
  });
}
