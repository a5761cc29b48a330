/** Key positions in one short text, as `redis/commands/key-positions.ts` reads them. */

/** @typedef {import('./facts.mjs').KeySpec} KeySpec */

/**
 * Each place is written after the other, with a space between:
 *
 * | text | keys |
 * |---|---|
 * | `1` | the word at index 1; 0 is the command's name |
 * | `1:-1` | from there to the last word; `1:-2` to the last but one |
 * | `1:-1:2` | of these every second |
 * | `#2` | as many as the word at index 2 says, directly behind it; `#1:2` with a value behind each |
 * | `STORE` | the word behind that word |
 * | `STREAMS:/2` | behind that word the first half of what follows |
 * | `STREAMS>4:/2` | that word is looked for from index 4 on; `>-2`: from the last but one backwards |
 * | `@1` | no key, but the name that decides the slot |
 *
 * @param {readonly KeySpec[]} specs
 */
export function keysText(specs) {
  return specs
    .map(({ begin, find, isChannelOrSlot }) => {
      const { lastkey, limit, keynumidx, keystep = 1 } = find;
      if (keynumidx !== undefined) return `#${begin.index}${keystep === 1 ? '' : `:${keystep}`}`;
      if (begin.keyword !== undefined) {
        const from = begin.startfrom === 1 ? '' : `>${begin.startfrom}`;
        return `${begin.keyword}${from}${limit === 2 ? ':/2' : lastkey === -1 ? ':-1' : ''}`;
      }
      if (begin.index === undefined) return ''; // the server cannot say
      const isOne = lastkey === 0 && keystep === 1;
      const last = isOne
        ? ''
        : `:${/** @type {number} */ (lastkey) < 0 ? lastkey : begin.index + /** @type {number} */ (lastkey)}`;
      return `${isChannelOrSlot ? '@' : ''}${begin.index}${last}${keystep === 1 ? '' : `:${keystep}`}`;
    })
    .filter(Boolean)
    .join(' ');
}
