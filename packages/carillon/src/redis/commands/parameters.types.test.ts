/** What values by name may be: records, maps, and objects whose type is an interface. Compiled only. */
import type { Redis, Values } from '../../entries/redis.js';

interface User {
  name: string;
  age: number;
  email?: string;
}

interface Account {
  user: User;
}

class Person {
  name = 'Ada';
  greet(): string {
    return this.name;
  }
}

declare const redis: Redis;
declare const user: User;
declare const readonlyUser: Readonly<User>;
declare const account: Account;
declare const values: Values;
declare const packed: Uint8Array;

export async function accepted<V extends Values>(given: V): Promise<void> {
  (await redis.hset('h', user)) satisfies number;
  (await redis.hset('h', { ...user, age: 7n, photo: packed })) satisfies number;
  (await redis.hset('h', readonlyUser)) satisfies number;
  (await redis.hset('h', given)) satisfies number;
  (await redis.hset('h', new Map([[packed, 1]]))) satisfies number;
  (await redis.hset('h', Object.fromEntries([['a', 1]]))) satisfies number;
  (await redis.hmset('h', user)) satisfies 'OK';
  (await redis.hsetex('h', user, { ex: 1, fnx: true })) satisfies number;
  (await redis.mset(user)) satisfies 'OK';
  (await redis.mset(values)) satisfies 'OK';
  (await redis.msetnx(user)) satisfies number;
  (await redis.msetex(user, { ex: 1 })) satisfies number;
  (await redis.xadd('s', user)) satisfies string;
  (await redis.xadd('s', user, { nomkstream: true })) satisfies string | null;
  const [count] = await redis.multi((tx) => [tx.hset('h', user)]);
  count satisfies number;
}

export function refused(): void {
  // @ts-expect-error A user is no value.
  void redis.hset('h', account);
  // @ts-expect-error A method is none either.
  void redis.hset('h', new Person());
  // @ts-expect-error Nor is a date, of which there are many ways to write it.
  void redis.hset('h', { at: new Date() });
  // @ts-expect-error What is not there is not written.
  void redis.hset('h', { name: undefined });
  // @ts-expect-error Nor has it one spelling: true.
  void redis.hset('h', { done: true });
  // @ts-expect-error Values have names.
  void redis.hset('h', ['name', 'Ada']);
  // @ts-expect-error Text is a value without one.
  void redis.mset('name');
  // @ts-expect-error So are bytes.
  void redis.mset(packed);
  // @ts-expect-error Users are not one user.
  void redis.xadd('s', [user]);
  // @ts-expect-error The values of a map are values.
  void redis.xadd('s', new Map([['user', user]]));
}
