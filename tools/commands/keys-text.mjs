/** Key positions in one short text, as `redis/commands/key-positions.ts` reads them. */

/** @typedef {import('./facts.mjs').KeySpec} KeySpec */

/**
 * What each place reads like: the table in `key-positions.ts`.
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
