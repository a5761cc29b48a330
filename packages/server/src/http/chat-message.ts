/** One line of the chat: what `POST /say` takes and what the channel carries. */
import { randomUUID } from 'node:crypto';
import { HttpError } from './http-error.js';

/** Longest name, in UTF-16 code units. */
export const MAX_NAME_LENGTH = 40;

/** Longest text, in UTF-16 code units. */
export const MAX_TEXT_LENGTH = 1_000;

/** A line of the chat, as JSON on the channel. */
export interface ChatMessage {
  /** Tells one message from another: a repeated attempt to send has the same id. */
  readonly id: string;
  readonly name: string;
  readonly text: string;
  /** Unix time in milliseconds by the clock of the server that took it. */
  readonly at: number;
}

/**
 * Makes a message of what somebody sent: `name`, `text`, and an `id` of his own if he likes.
 *
 * @throws {HttpError} 400, with the field that is wrong.
 */
export function chatMessageFrom(body: unknown): ChatMessage {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw new HttpError(400, 'the body must be a JSON object with name and text');
  }
  const { id = randomUUID(), name, text } = body as Readonly<Record<string, unknown>>;
  if (typeof id !== 'string' || !/^[\w-]{1,64}$/.test(id)) {
    throw new HttpError(400, 'id must be 1 to 64 letters, digits, - or _');
  }
  return {
    id,
    name: trimmed('name', name, MAX_NAME_LENGTH),
    text: trimmed('text', text, MAX_TEXT_LENGTH),
    at: Date.now(),
  };
}

function trimmed(field: string, value: unknown, maxLength: number): string {
  const text = typeof value === 'string' ? value.trim() : '';
  if (text !== '' && text.length <= maxLength) return text;
  throw new HttpError(400, `${field} must be a text of 1 to ${maxLength} characters`);
}
