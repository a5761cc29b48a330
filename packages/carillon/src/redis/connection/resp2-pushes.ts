/**
 * Pushes under RESP2, where they come as ordinary arrays among the replies.
 *
 * A server sends them only to a connection that is subscribed or on its way to be. Then it answers
 * nothing else by an array that begins with text, but PING.
 *
 * Not here: RESP3, whose pushes the decoder tells from replies.
 */
import { DecodeAs } from '../protocol/decoder.js';
import { bytesOf, isString, textOf } from '../protocol/exact-text.js';
import type { Reply } from '../protocol/reply.js';
import type { ReplyQueue } from './reply-queue.js';
import type { SubscriptionAck } from './subscription-acks.js';

/** Tells pushes from replies. Each complete reply of the decoder must be shown to it, in order. */
export class Resp2Pushes {
  readonly #replies: ReplyQueue;

  constructor(replies: ReplyQueue) {
    this.#replies = replies;
  }

  /** How to decode what comes next: names and payloads of pushes may be any bytes. */
  get decodeAs(): number {
    return this.#mayCome ? DecodeAs.exactText : this.#replies.decodeAs;
  }

  /** Whether this is a push; its kind is text then. */
  isPush(reply: Reply): reply is Reply[] {
    const replies = this.#replies;
    const late = replies.lateEnd;
    replies.lateEnd = undefined;
    if (!Array.isArray(reply)) return false;
    if (!this.#mayCome && (late === undefined || !repeats(reply, late))) return false;
    const [kind] = reply;
    if (!isString(kind)) return false;
    if (typeof kind !== 'string') reply[0] = textOf(kind); // a decoder that knows no exact text
    return reply[0] !== 'pong';
  }

  /** A reply as it is elsewhere: a subscribed connection answers PING by `['pong', message]`. */
  plainReply(reply: Reply): Reply {
    if (!Array.isArray(reply) || !this.#mayCome) return reply;
    const [, message] = reply;
    if (!isString(message)) return reply;
    if (this.#replies.head?.args.length === 0) return 'PONG';
    const isText = (this.#replies.decodeAs & DecodeAs.bytes) === 0;
    return isText ? textOf(message) : bytesOf(message);
  }

  get #mayCome(): boolean {
    return this.#replies.subscriptions.size > 0 || this.#replies.awaitsAck;
  }
}

/**
 * Whether an array, read as whatever comes next, is the acknowledgement that may still be due. Only a
 * script could make another reply like it.
 */
function repeats(reply: readonly Reply[], { act, name, count }: SubscriptionAck): boolean {
  const [kind, again, countAgain] = reply;
  if (reply.length !== 3 || !isString(kind) || textOf(kind).toUpperCase() !== act.command) {
    return false;
  }
  if (Number(countAgain) !== count) return false;
  return again === null || (isString(again) && name !== null && textOf(again) === textOf(name));
}
