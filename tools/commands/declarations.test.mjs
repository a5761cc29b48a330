/** Reading declarations: each form in which a method may declare its options. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { methodsIn, moduleOf } from './declarations.mjs';

/** @param {string} methods @param {string} [types] */
function optionsOf(methods, types = '') {
  const source = `${types}
declare module '../commands.js' {
  interface Commands<S extends Strings> {
${methods}
  }
}`;
  const [method] = methodsIn(moduleOf(source, '.'));
  return method?.parameters.flatMap(({ options }) => options);
}

const OPTION = { name: 'a', type: 'number', meaning: 'One.' };

/** @type {Readonly<Record<string, [methods: string, types?: string]>>} */
const FORMS = {
  'written where it is used': ['get(options: { /** One. */ a?: number | undefined }): void;'],
  'an alias': ['get(o: O): void;', 'type O = { /** One. */ a: number };'],
  'an interface that extends another': [
    'get(o: O): void;',
    'interface A { /** One. */ a: number }\nexport interface O extends A {}',
  ],
  'an intersection of unions': [
    'get(o?: O & { b?: false | undefined }): void;',
    'type O = { /** One. */ a: number; b?: undefined } | { a?: undefined };',
  ],
  'an argument of a generic type': [
    'get<D extends N>(o: O<D>): void;',
    'type N = number | undefined;\ninterface O<T> { /** One. */ readonly a?: T }',
  ],
  'exclusive members': ['get(o: AtMostOne<{ /** One. */ a: number }>): void;'],
  'several behind each other': ['get(...o: readonly { /** One. */ a: number }[]): void;'],
  'a member that only one overload has': [
    'get(): void;\nget(o: { /** One. */ a: number }): void;\nget(o: {}): void;',
  ],
};

for (const [form, [methods, types]] of Object.entries(FORMS)) {
  test(`options are found in ${form}`, () => {
    assert.deepEqual(optionsOf(methods, types), [OPTION]);
  });
}

test('a name in quotes is found', () => {
  const options = optionsOf("get(o: { /** Two. */ 'a-b'?: true }): void;");

  assert.deepEqual(options, [{ name: 'a-b', type: 'boolean', meaning: 'Two.' }]);
});

test('records and maps have no options', () => {
  const types = 'type V = { [name: string]: number } | ReadonlyMap<string, number>;';

  assert.deepEqual(optionsOf('set(values: V): void;', types), []);
});

test('a type that is declared nowhere is an error', () => {
  assert.throws(() => optionsOf('get(o: Missing): void;'), /no type Missing/);
});
