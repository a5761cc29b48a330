/** An aggregate of which not all elements have arrived: one level of the decoder's stack. */
import type { ByteCollector } from './byte-collector.js';
import type { Reply, ReplyMap } from './reply.js';

/** What an open aggregate becomes when its last element is there. Plain numbers: it is hot. */
export const Kind = {
  /** The bottom of the stack, which is never complete. */
  root: 0,
  array: 1,
  map: 2,
  set: 3,
  /** Stands before the element it describes and is not one itself. */
  attribute: 4,
  /** A push of which the first element, its kind, is still to come. */
  pushKind: 5,
  push: 6,
  streamedString: 7,
  /** An array of which each element is decoded in its own way. */
  mixedArray: 8,
} as const;

/** One level of the decoder's stack. */
export class OpenAggregate {
  readonly parent: OpenAggregate | undefined;
  kind: number;
  /** How its elements are to be decoded: `DecodeAs` bits. */
  as: number;
  /** Elements it announced; for a streamed aggregate, one more than it may have. */
  readonly elements: number;
  /** Elements before something is to be done: the end, a push's kind, each of a mixed array's. */
  remaining: number;
  /** Ends with a `.` instead of by count. */
  readonly isStreamed: boolean;
  /** Elements so far; keys and values in turn for a map. */
  readonly items: Reply[] = [];
  /** Attributes that wait for the next element. */
  attributes: ReplyMap | undefined = undefined;
  /** The bytes so far of a streamed string. */
  parts: ByteCollector | undefined = undefined;

  constructor(
    parent: OpenAggregate | undefined,
    kind: number,
    as: number,
    elements: number,
    isStreamed: boolean,
  ) {
    this.parent = parent;
    this.kind = kind;
    this.as = as;
    this.elements = elements;
    this.remaining = kind === Kind.pushKind || kind === Kind.mixedArray ? 1 : elements;
    this.isStreamed = isStreamed;
  }
}
