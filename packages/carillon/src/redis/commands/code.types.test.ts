/** What scripts and libraries infer, and what does not compile. Compiled only. */
import {
  type Commands,
  type Connection,
  defineLibrary,
  defineScript,
  type Lease,
  type Pool,
  type Redis,
  type Reply,
  type Transaction,
} from '../../entries/redis.js';

declare const redis: Redis;
declare const others: Connection | Lease | Pool | Redis<Uint8Array> | Transaction;

const take = defineScript({
  lua: 'return 1',
  keys: ['stock', '...others'],
  args: ['count', '...members'],
  reply: (reply) => Number(reply),
});
const plain = defineScript({ lua: 'return 1', keys: ['key'] });
const alone = defineScript({ lua: 'return 1' });

const shop = defineLibrary({
  name: 'shop',
  code: '',
  functions: {
    take: { keys: ['stock'], args: ['count'], reply: (reply) => Number(reply) },
    left: { keys: ['...stocks'], readOnly: true },
  },
});

export async function inferred(): Promise<void> {
  const values = { stock: 's', others: ['o'], count: 1, members: [1, 'm', new Uint8Array()] };
  (await take(redis, values)) satisfies number;
  (await take(redis, values, { timeoutMs: 1, idempotent: true })) satisfies number;
  (await take(others, values)) satisfies number;
  (await plain(redis.bytes, { key: new Uint8Array() })) satisfies Reply;
  (await alone(redis, {})) satisfies Reply;
  (await shop.take(others, { stock: 's', count: 1n })) satisfies number;
  (await shop.left(redis.with({}), { stocks: ['a', 'b'] })) satisfies Reply;
  (await shop.load(redis)) satisfies string;

  const [left, greeting, loaded] = await redis.multi((tx: Commands<string>) => [
    take(tx, values),
    tx.get('greeting'),
    shop.load(tx),
  ]);
  left satisfies number;
  greeting satisfies string | null;
  loaded satisfies string;
}

export function refused(): void {
  // @ts-expect-error `count` is missing.
  void shop.take(redis, { stock: 's' });
  // @ts-expect-error There is no `cuont`.
  void shop.take(redis, { stock: 's', count: 1, cuont: 2 });
  // @ts-expect-error There is no `kye`.
  void plain(redis, { key: 'k', kye: 'k' });
  // @ts-expect-error A key is no number.
  void shop.take(redis, { stock: 1, count: 1 });
  // @ts-expect-error Null is no value.
  void shop.take(redis, { stock: 's', count: null });
  // @ts-expect-error `stocks` takes an array.
  void shop.left(redis, { stocks: 's' });
  // @ts-expect-error The name is without dots where it is used.
  void shop.left(redis, { '...stocks': ['s'] });
  // @ts-expect-error There is no such function.
  void shop.tkae(redis, { stock: 's', count: 1 });
  // @ts-expect-error There is no such option.
  void plain(redis, { key: 'k' }, { timeout: 1 });
  // @ts-expect-error Values go by name.
  void plain(redis, 'k');
  // @ts-expect-error A script needs its text.
  void defineScript({ keys: ['key'] });
}
