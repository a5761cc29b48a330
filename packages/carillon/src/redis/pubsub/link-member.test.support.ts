/** A member of a link that writes down what it is told, for tests of the classes that tell it. */
import type { MessageGap } from '../connection/message-gap.js';
import type { LinkMember, NameKind } from './subscription.js';

/** What was told, in order: `gap 5..`, `up`, `restored channel a`. */
export class RecordingMember implements LinkMember {
  readonly told: string[] = [];
  hasNames = true;
  readonly prefersBytes: boolean = false;

  onJoined(kind: NameKind, key: string): void {
    this.told.push(`joined ${kind} ${key}`);
  }

  onDown(error: Error): void {
    this.told.push(`down ${error.message}`);
  }

  onRestored(kind: NameKind, key: string): void {
    this.told.push(`restored ${kind} ${key}`);
  }

  onGap({ since, reason }: MessageGap): void {
    this.told.push(`gap since ${since}: ${reason}`);
  }

  onUp(): void {
    this.told.push('up');
  }

  onRefused(error: Error, kind: NameKind, key: string): void {
    this.told.push(`refused ${kind} ${key}: ${error.message}`);
  }

  onGaveUp(error: Error): void {
    this.told.push(`gave up ${error.message}`);
  }

  onClosed(): void {
    this.told.push('closed');
  }
}
