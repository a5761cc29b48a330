/**
 * The list of messages.
 *
 * Whatever people wrote goes in as text, never as markup. A message that comes again (the history
 * after a reconnect, a repeated attempt to send) is shown once.
 */
import { element } from './element.js';

/**
 * @typedef {object} ChatMessage
 * @property {string} id
 * @property {string} name
 * @property {string} text
 * @property {number} at
 */

const MAX_SHOWN = 500;

/** Messages of one person closer than this stand under one name. */
const FOLLOWS_WITHIN_MS = 60_000;

/** This near to its end the list moves along with new messages. */
const NEAR_END_PX = 60;

export class ChatLog {
  #log = element('log');
  #list = element('messages');
  #empty = element('empty');
  #newer = element('newer');
  /** Ids of what is shown. @type {Set<string>} */
  #shown = new Set();
  /** @type {{ name: string, at: number, own: boolean, past: boolean } | undefined} */
  #last;

  constructor() {
    this.#newer.addEventListener('click', () => this.#toEnd());
    this.#log.addEventListener('scroll', () => {
      if (this.#isNearEnd()) this.#newer.hidden = true;
    });
    new ResizeObserver(() => {
      if (this.#newer.hidden) this.#toEnd();
    }).observe(this.#log);
  }

  /**
   * @param {ChatMessage} message
   * @param {{ own: boolean, past: boolean }} marks - Whether this tab said it, and whether it was
   *   said before this tab was connected.
   */
  add(message, { own, past }) {
    if (this.#shown.has(message.id)) return;
    this.#shown.add(message.id);
    if (this.#last?.past && !past) this.#append(divider('live from here'));
    const { name, at } = message;
    const follows =
      this.#last?.name === name &&
      this.#last.own === own &&
      this.#last.past === past &&
      at - this.#last.at < FOLLOWS_WITHIN_MS;
    const item = render(message, own);
    item.dataset.id = message.id;
    item.classList.toggle('own', own);
    item.classList.toggle('past', past);
    item.classList.toggle('follows', follows);
    this.#append(item, own);
    this.#last = { name, at, own, past };
  }

  /**
   * Tells that something happened between the messages; nothing where there are none.
   *
   * @param {string} text
   */
  mark(text) {
    if (this.#list.lastElementChild === null) return;
    if (this.#list.lastElementChild.className === 'divider') this.#list.lastElementChild.remove();
    this.#append(divider(text));
    this.#last = undefined;
  }

  /**
   * @param {HTMLElement} item
   * @param {boolean} [follow] - Whether to show it wherever the reader is.
   */
  #append(item, follow = false) {
    const stay = !follow && !this.#isNearEnd();
    this.#empty.hidden = true;
    this.#list.append(item);
    while (this.#list.childElementCount > MAX_SHOWN) {
      const oldest = /** @type {HTMLElement} */ (this.#list.firstElementChild);
      if (oldest.dataset.id !== undefined) this.#shown.delete(oldest.dataset.id);
      oldest.remove();
    }
    if (stay) this.#newer.hidden = false;
    else this.#toEnd();
  }

  #isNearEnd() {
    const { scrollHeight, scrollTop, clientHeight } = this.#log;
    return scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
  }

  #toEnd() {
    this.#log.scrollTop = this.#log.scrollHeight;
    this.#newer.hidden = true;
  }
}

/**
 * @param {ChatMessage} message
 * @param {boolean} own
 */
function render({ name, text, at }, own) {
  const time = make('time', '', clockTime(at));
  time.dateTime = new Date(at).toISOString();
  const meta = make('div', 'meta');
  meta.append(make('span', 'author', own ? `${name} (you)` : name), time);
  const avatar = make('span', 'avatar', initials(name));
  avatar.setAttribute('aria-hidden', 'true');
  const item = make('li', 'message');
  item.style.setProperty('--hue', String(hueOf(name)));
  item.append(avatar, meta, make('div', 'bubble', text));
  return item;
}

/** @param {string} text */
function divider(text) {
  return make('li', 'divider', text);
}

/**
 * @template {keyof HTMLElementTagNameMap} Tag
 * @param {Tag} tag
 * @param {string} className
 * @param {string} [text]
 */
function make(tag, className, text = '') {
  const made = document.createElement(tag);
  made.className = className;
  made.textContent = text;
  return made;
}

/** @param {number} at */
export function clockTime(at) {
  return new Date(at).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit' });
}

/** @param {string} name */
function initials(name) {
  const words = name.split(/\s+/u).slice(0, 2);
  return words
    .map((word) => [...word][0] ?? '')
    .join('')
    .toUpperCase();
}

/** The same colour for the same name on every screen. @param {string} name */
function hueOf(name) {
  let hash = 0;
  for (const character of name) hash = (hash * 31 + (character.codePointAt(0) ?? 0)) % 360;
  return hash;
}
