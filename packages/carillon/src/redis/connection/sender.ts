/**
 * What a channel or pattern of a `Receiver` is subscribed with.
 *
 * Not here: reading what it brings (`receiver.ts`).
 */
import {
  AbstractChannel,
  type ChannelMessage,
  type MessageInlet,
  type MessageSource,
} from './abstract-channel.js';
import type { MessageGap } from './message-gap.js';

/** What a sender says to its receiver. */
export interface SenderOwner {
  /** Whether what is put in goes nowhere any more. */
  readonly hasEnded: boolean;
  put(sender: Sender<boolean>, message: ChannelMessage, source: MessageSource | undefined): void;
  putGap(gap: MessageGap): void;
  onEnd(sender: Sender<boolean>, reason: Error | undefined): void;
}

/**
 * One channel or pattern of a `Receiver`, to subscribe with: passed wherever a `Channel` is. Its
 * messages are read from the receiver.
 */
export class Sender<IsPattern extends boolean = false> extends AbstractChannel<IsPattern> {
  readonly #inlet: SenderInlet;

  /** @internal Use `receiver.channel()` or `receiver.pattern()`. */
  constructor(name: string | Uint8Array, isPattern: IsPattern, owner: SenderOwner) {
    const inlet = new SenderInlet(() => this, owner);
    super(name, isPattern, inlet);
    this.#inlet = inlet;
  }

  /** Whether a message may still come of it. */
  override get isActive(): boolean {
    return !this.#inlet.hasEnded;
  }
}

/** Where a sender's messages come in. */
class SenderInlet implements MessageInlet {
  source: MessageSource | undefined = undefined;
  readonly #sender: () => Sender<boolean>;
  readonly #owner: SenderOwner;
  #hasEnded = false;

  constructor(sender: () => Sender<boolean>, owner: SenderOwner) {
    this.#sender = sender;
    this.#owner = owner;
  }

  get hasEnded(): boolean {
    return this.#hasEnded || this.#owner.hasEnded;
  }

  put(message: ChannelMessage): void {
    if (!this.#hasEnded) this.#owner.put(this.#sender(), message, this.source);
  }

  putGap(gap: MessageGap): void {
    if (!this.#hasEnded) this.#owner.putGap(gap);
  }

  end(reason?: Error): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#owner.onEnd(this.#sender(), reason);
  }
}
