/** Random values to encode, with what each protocol makes of them. */
import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { ReplyError, replyErrorFrom } from '../errors/reply-error.js';
import { Attributed, type Reply, type ReplyMap, VerbatimString } from './reply.js';
import type { Encodable } from './reply-encoder.js';

/** Something to encode, what RESP3 and RESP2 make of it, and the pushes it carries. */
export interface Sample {
  readonly encode: Encodable;
  readonly resp3: Reply;
  readonly resp2: Reply;
  readonly pushes: readonly Reply[][];
}

const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.string({ unit: 'binary-ascii', maxLength: 40 }),
  fc.integer({ min: 200, max: 600 }).map((size) => 'long value '.repeat(size / 11)),
);
const lineText = text.map((value) => value.replace(/[\r\n]/g, ' '));
const utf8 = (value: string) => Buffer.from(value).toString(); // a lone surrogate becomes U+FFFD

function sample(encode: Encodable, resp3: Reply, resp2: Reply = resp3): Sample {
  return { encode, resp3, resp2, pushes: [] };
}

const NULL = sample(null, null);

function numberText(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  return Object.is(value, -0) ? '-0' : String(value);
}

const scalar: fc.Arbitrary<Sample> = fc.oneof(
  text.map((value) => sample(value, utf8(value))),
  fc.uint8Array({ maxLength: 40 }).map((value) => {
    return sample(value, Buffer.from(value).toString());
  }),
  lineText.map((value) => sample({ form: 'simple-string', text: value }, utf8(value))),
  lineText.map((value) => sample(new ReplyError(value), replyErrorFrom(utf8(value)))),
  text.map((value) => {
    const inOneLine = replyErrorFrom(utf8(value).replace(/[\r\n]/g, ' '));
    return sample({ form: 'blob-error', text: value }, replyErrorFrom(utf8(value)), inOneLine);
  }),
  fc.maxSafeInteger().map((value) => sample(value, value)),
  fc.double().map((value) => {
    return sample({ form: 'double', value }, value, numberText(value));
  }),
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((value) => {
    const number = Number(value);
    return sample(value, Number.isSafeInteger(number) ? number : value);
  }),
  fc.bigInt().map((value) => sample({ form: 'big-number', value }, value, String(value))),
  fc.boolean().map((value) => sample(value, value, value ? 1 : 0)),
  fc.constantFrom<Sample>(
    NULL,
    sample({ form: 'null', spelling: '$-1' }, null),
    sample({ form: 'null', spelling: '*-1' }, null),
    sample({ form: 'null', spelling: '_' }, null),
  ),
  fc.record({ format: fc.constantFrom('txt', 'mkd'), value: text }).map(({ format, value }) => {
    const encode = new VerbatimString(format, value);
    return sample(encode, new VerbatimString(format, utf8(value)), utf8(value));
  }),
  fc.array(text, { maxLength: 4 }).map((parts) => {
    return sample({ form: 'streamed-string', parts }, parts.map(utf8).join(''));
  }),
);

/** RESP2 has no push inside an aggregate, so there the trees are made without. */
export function tree(push?: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc.letrec<{ value: Sample }>((tie) => ({
    value: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      scalar,
      elements(tie('value'), push),
      entries(tie('value')),
      described(tie('value')),
    ),
  })).value;
}

export const push: fc.Arbitrary<Sample> = fc
  .record({ items: fc.array(tree(), { maxLength: 3 }), isStreamed: fc.boolean() })
  .map(({ items, isStreamed }) => {
    const encoded = ['kind', ...items.map((item) => item.encode)];
    const pushed: Reply[] = ['kind', ...items.map((item) => item.resp3)];
    return {
      encode: { form: 'push', items: encoded, isStreamed },
      resp3: pushed,
      resp2: pushed,
      pushes: [pushed],
    };
  });

function elements(
  value: fc.Arbitrary<Sample>,
  push: fc.Arbitrary<Sample> | undefined,
): fc.Arbitrary<Sample> {
  const element = value.map((item) => ({ item, isPush: false }));
  const between = push?.map((item) => ({ item, isPush: true }));
  const item = between
    ? fc.oneof({ arbitrary: element, weight: 4 }, { arbitrary: between, weight: 1 })
    : element;
  return fc
    .record({
      items: fc.array(item, { maxLength: 6 }),
      isSet: fc.boolean(),
      isStreamed: fc.boolean(),
    })
    .map(({ items: drawn, isSet, isStreamed }) => {
      // A push behind the last element would stand outside of what is then complete, and take the
      // attributes of the value that follows.
      const items = drawn.at(-1)?.isPush ? [...drawn, { item: NULL, isPush: false }] : drawn;
      const encoded = items.map((entry) => entry.item.encode);
      const counted = items.filter((entry) => !entry.isPush).map((entry) => entry.item);
      // Distinct objects, so that a set drops none of them.
      const plain = isSet ? new Set<Encodable>(encoded.map(distinct)) : encoded;
      return {
        encode: isStreamed ? { form: 'streamed', value: plain } : plain,
        resp3: counted.map((entry) => entry.resp3),
        resp2: counted.map((entry) => entry.resp2),
        pushes: pushesOf(items.map((entry) => entry.item)),
      };
    });
}

/** The same reply, but an object that is equal to no other. */
function distinct(value: Encodable): Encodable {
  const isPush = typeof value === 'object' && value !== null && 'form' in value;
  return isPush ? { ...value } : { form: 'attributed', attributes: new Map(), value };
}

function entries(value: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  const entry = fc.record({ key: text, value });
  return fc
    .record({
      pairs: fc.uniqueArray(entry, { maxLength: 4, selector: (pair) => utf8(pair.key) }),
      isStreamed: fc.boolean(),
    })
    .map(({ pairs, isStreamed }) => {
      const map = new Map(pairs.map((pair) => [pair.key, pair.value.encode] as const));
      return {
        encode: isStreamed ? { form: 'streamed', value: map } : map,
        resp3: new Map(pairs.map((pair) => [utf8(pair.key), pair.value.resp3] as const)),
        resp2: pairs.flatMap((pair) => [utf8(pair.key), pair.value.resp2]),
        pushes: pushesOf(pairs.map((pair) => pair.value)),
      };
    });
}

function described(value: fc.Arbitrary<Sample>): fc.Arbitrary<Sample> {
  return fc.record({ name: text, attribute: value, value }).map((drawn) => {
    const attributes = new Map([[drawn.name, drawn.attribute.encode]]);
    const decoded: ReplyMap = new Map([[utf8(drawn.name), drawn.attribute.resp3]]);
    return {
      encode: { form: 'attributed', attributes, value: drawn.value.encode },
      resp3: attach(decoded, drawn.value.resp3),
      resp2: drawn.value.resp2,
      pushes: pushesOf([drawn.attribute, drawn.value]),
    };
  });
}

/** Attributes in a row describe one value together; the later entry wins. */
function attach(attributes: ReplyMap, value: Reply): Attributed {
  return value instanceof Attributed
    ? new Attributed(value.value, new Map([...attributes, ...value.attributes]))
    : new Attributed(value, attributes);
}

function pushesOf(samples: readonly Sample[]): Reply[][] {
  return samples.flatMap((drawn) => drawn.pushes);
}
