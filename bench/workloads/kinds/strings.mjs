/**
 * GET and SET of text and of bytes, with any number in flight and any value size.
 */
import assert from 'node:assert/strict';
import { at, buffersOf, keysOf, nonAsciiTextsOf, sizeOf, textsOf } from './data.mjs';

/** @typedef {import('../../clients/adapter.mjs').BenchClient} BenchClient */
/** @typedef {import('../../workload.mjs').Workload} Workload */
/** @typedef {{ inFlight: number, valueBytes: number, keyCount?: number }} Shape */

/** How many keys are written, read and verified unless the values are large. */
const KEY_COUNT = 1_000;

/**
 * What reads and writes one form of value.
 *
 * @template V
 * @typedef {object} Form
 * @property {string} name For descriptions.
 * @property {(keys: readonly string[], bytes: number, label: string) => V[]} values
 * @property {(client: BenchClient, key: string) => Promise<V | null>} get
 * @property {(client: BenchClient, key: string, value: V) => Promise<unknown>} set
 */

/** @type {Form<string>} */
const ASCII = {
  name: 'ASCII values',
  values: textsOf,
  get: (client, key) => client.get(key),
  set: (client, key, value) => client.set(key, value),
};

/** @type {Form<string>} */
const NON_ASCII = {
  ...ASCII,
  name: 'values mostly of é, two bytes each,',
  values: nonAsciiTextsOf,
};

/** @type {Form<Uint8Array>} */
const BYTES = {
  name: 'values read and written as bytes,',
  values: buffersOf,
  get: (client, key) => client.getBytes(key),
  set: (client, key, value) => client.setBytes(key, /** @type {Buffer} */ (value)),
};

/** @param {Shape} shape */
export function gets(shape) {
  return { ...getsOf(ASCII, shape), operation: getText(shape) };
}

/** @param {Shape} shape */
export function getsNonAscii(shape) {
  return { ...getsOf(NON_ASCII, shape), operation: getText(shape) };
}

/** @param {Shape} shape */
export function getsBytes(shape) {
  const keys = keysFor(shape);
  /** @type {Workload['operation']} */
  const operation = (client) => (turn) => client.getBytes(at(keys, turn));
  return { ...getsOf(BYTES, shape), operation };
}

/** @param {Shape} shape */
export function sets(shape) {
  const keys = keysFor(shape);
  const values = textsOf(keys, shape.valueBytes, 'measured');
  /** @type {Workload['operation']} */
  const operation = (client) => (turn) => client.set(at(keys, turn), at(values, turn));
  return { ...setsOf(ASCII, shape), operation };
}

/** @param {Shape} shape */
export function setsBytes(shape) {
  const keys = keysFor(shape);
  const values = buffersOf(keys, shape.valueBytes, 'measured');
  /** @type {Workload['operation']} */
  const operation = (client) => (turn) => client.setBytes(at(keys, turn), at(values, turn));
  return { ...setsOf(BYTES, shape), operation };
}

/**
 * @param {Shape} shape
 * @returns {Workload['operation']}
 */
function getText(shape) {
  const keys = keysFor(shape);
  return (client) => (turn) => client.get(at(keys, turn));
}

/**
 * GETs of existing keys, without the operation: that one calls the client itself.
 *
 * @template V
 * @param {Form<V>} form
 * @param {Shape} shape
 * @returns {Omit<Workload, 'operation'>}
 */
function getsOf(form, shape) {
  const { inFlight, valueBytes } = shape;
  const keys = keysFor(shape);
  const values = form.values(keys, valueBytes, 'stored');
  const verifyValues = verifierOf(form, keys);
  return {
    title: `${inFlight} ${inFlight === 1 ? 'GET' : 'GETs'} in flight${sizeAndForm(form, shape)}`,
    description: `GET of ${keys.length} existing keys in turn, ${form.name} of ${sizeOf(valueBytes)}.`,
    inFlight,
    async prepare(client) {
      for (const [index, key] of keys.entries()) await form.set(client, key, at(values, index));
    },
    verify: (client) => verifyValues(client, values),
  };
}

/**
 * SETs that overwrite the same keys again and again, without the operation.
 *
 * @template V
 * @param {Form<V>} form
 * @param {Shape} shape
 * @returns {Omit<Workload, 'operation'>}
 */
function setsOf(form, shape) {
  const { inFlight, valueBytes } = shape;
  const keys = keysFor(shape);
  const verified = form.values(keys, valueBytes, 'verified');
  const verifyValues = verifierOf(form, keys);
  return {
    title: `${inFlight} SETs in flight${sizeAndForm(form, shape)}`,
    description: `SET of ${keys.length} keys in turn, ${form.name} of ${sizeOf(valueBytes)}.`,
    inFlight,
    async prepare() {},
    async verify(client) {
      const replies = keys.map((key, index) => form.set(client, key, at(verified, index)));
      for (const reply of await Promise.all(replies)) assert.equal(reply, 'OK');
      await verifyValues(client, verified);
    },
  };
}

/**
 * @template V
 * @param {Form<V>} form
 * @param {readonly string[]} keys
 * @returns {(client: BenchClient, expected: readonly V[]) => Promise<void>}
 */
function verifierOf(form, keys) {
  return async (client, expected) => {
    const replies = await Promise.all(keys.map((key) => form.get(client, key)));
    for (const [index, reply] of replies.entries()) {
      const value = at(expected, index);
      // Clients differ in the class of their bytes, which is no fault.
      if (typeof value === 'string') assert.equal(reply, value);
      else assert.equal(Buffer.compare(/** @type {any} */ (reply), /** @type {any} */ (value)), 0);
    }
  };
}

/** @param {Shape} shape */
function keysFor({ keyCount = KEY_COUNT }) {
  return keysOf(keyCount);
}

/**
 * @param {Form<any>} form
 * @param {Shape} shape
 */
function sizeAndForm(form, { valueBytes }) {
  const size = valueBytes === 64 ? '' : `, ${sizeOf(valueBytes)}`;
  return size + (form === BYTES ? ', as bytes' : form === NON_ASCII ? ', not ASCII' : '');
}
