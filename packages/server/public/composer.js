/**
 * The form below the chat: the name, the text, and what became of sending it.
 *
 * The text stays where it is until the server has taken it. Sending it once more keeps its id, so a
 * message whose first attempt arrived after all is not shown twice.
 */
import { element } from './element.js';

/** @typedef {import('./identity.js').Identity} Identity */

/** Longer than the server takes to give up by itself. */
const SEND_TIMEOUT_MS = 8_000;

export class Composer {
  #identity;
  #name = element('name', HTMLInputElement);
  #text = element('text', HTMLTextAreaElement);
  #send = element('send');
  #failure = element('failure');
  /** The text that failed, with its id. @type {{ id: string, text: string } | undefined} */
  #failed;
  #sending = false;

  /** @param {Identity} identity */
  constructor(identity) {
    this.#identity = identity;
    this.#name.value = identity.name;
    this.#name.addEventListener('change', () => this.#rename());
    const form = element('composer', HTMLFormElement);
    form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit();
    });
    this.#text.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
      event.preventDefault();
      form.requestSubmit();
    });
    this.#name.addEventListener('keydown', (event) => {
      if (event.key !== 'Enter') return;
      event.preventDefault();
      this.#text.focus();
    });
  }

  /** A message has come through: if it is the one that seemed to fail, it did not. @param {string} id */
  delivered(id) {
    if (this.#failed?.id === id) this.#done(this.#failed.text);
  }

  #rename() {
    const name = this.#name.value.trim();
    if (name !== '') this.#identity.name = name;
    this.#name.value = this.#identity.name;
  }

  async #submit() {
    this.#rename();
    const text = this.#text.value.trim();
    if (text === '' || this.#sending) return;
    const id = this.#failed?.text === text ? this.#failed.id : this.#identity.newMessageId();
    this.#setSending(true);
    const problem = await post({ id, name: this.#identity.name, text });
    this.#setSending(false);
    if (problem === undefined) {
      this.#done(text);
    } else {
      this.#failed = { id, text };
      this.#failure.textContent = `Not sent: ${problem}. Your text is kept.`;
      this.#failure.hidden = false;
    }
  }

  /** @param {string} text - What was sent; the field may hold something newer. */
  #done(text) {
    this.#failed = undefined;
    this.#failure.hidden = true;
    if (this.#text.value.trim() === text) this.#text.value = '';
  }

  /** @param {boolean} sending */
  #setSending(sending) {
    this.#sending = sending;
    this.#send.setAttribute('aria-disabled', String(sending)); // `disabled` would lose the focus
  }
}

/**
 * @param {object} message
 * @returns {Promise<string | undefined>} What went wrong.
 */
async function post(message) {
  try {
    const response = await fetch('/say', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
      signal: AbortSignal.timeout(SEND_TIMEOUT_MS),
    });
    if (response.ok) return undefined;
    const { error } = await response.json();
    return typeof error === 'string' ? error : `the server answered ${response.status}`;
  } catch {
    return 'the server cannot be reached';
  }
}
