/**
 * Who this tab is: a name that can be changed, and the ids of what it said.
 *
 * Kept for the tab (`sessionStorage`), so a reload stays the same person and a second tab becomes
 * another one. Ids are random: nobody can know one before its message is out.
 */

const FIRST = 'Amber Brisk Calm Clever Coral Gentle Golden Jade Lucky Merry Nimble Quiet'.split(
  ' ',
);
const SECOND = 'Badger Dolphin Falcon Finch Heron Lynx Marten Otter Raven Robin Swift Wren'.split(
  ' ',
);

const NAME = 'carillon.name';
const OWN_IDS = 'carillon.own-ids';
const MAX_OWN_IDS = 200;

export class Identity {
  /** @type {string[]} */
  #ownIds = JSON.parse(sessionStorage.getItem(OWN_IDS) ?? '[]');

  get name() {
    let name = sessionStorage.getItem(NAME);
    if (name === null) {
      name = `${anyOf(FIRST)} ${anyOf(SECOND)}`;
      this.name = name;
    }
    return name;
  }

  set name(name) {
    sessionStorage.setItem(NAME, name);
  }

  /** An id for a new message of this tab. */
  newMessageId() {
    // Not randomUUID: it exists only where the page is served securely or from this machine.
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    const id = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
    this.#ownIds = [...this.#ownIds, id].slice(-MAX_OWN_IDS);
    sessionStorage.setItem(OWN_IDS, JSON.stringify(this.#ownIds));
    return id;
  }

  /** @param {string} id */
  said(id) {
    return this.#ownIds.includes(id);
  }
}

/** @param {readonly string[]} words */
function anyOf(words) {
  return words[Math.floor(Math.random() * words.length)];
}
