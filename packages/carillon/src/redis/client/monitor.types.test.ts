/** What the items of a monitor infer to. Compiled only. */
import type { connect } from '../../entries/redis.js';

declare const redis: Awaited<ReturnType<typeof connect>>;

export async function commandsAndGaps(): Promise<void> {
  await using watched = await redis.monitor({ maxItems: 10 });
  for await (const item of watched) {
    // @ts-expect-error A gap has no command.
    void item.command;
    if (item.type === 'gap') void (item.dropped satisfies number);
    else void (item.command[0] satisfies string);
  }
}

export async function bytesInTheirView(): Promise<void> {
  for await (const item of await redis.bytes.monitor()) {
    if (item.type !== 'command') continue;
    const [name, ...args] = item.command;
    void (name satisfies Uint8Array);
    void (args satisfies Uint8Array[]);
    // @ts-expect-error Who sent it is text in every view.
    void (item.source satisfies Uint8Array);
  }
}
