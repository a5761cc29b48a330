/**
 * A WebSocket that comes back: it only receives, and reconnects with growing, jittered waits.
 *
 * Not here: what is received, and what the page makes of the state.
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

/** Longer than the server takes to say yes or no. */
const LONGEST_ATTEMPT_MS = 15_000;

/** A connection that lasted this long was a success: the next wait is a short one again. */
const STABLE_AFTER_MS = 5_000;

/**
 * @typedef {(
 *   | { name: 'connecting' | 'live' }
 *   | { name: 'waiting', retryAt: number }
 * )} SocketState `retryAt` is a time of `Date.now()`.
 */

export class LiveSocket {
  /** @type {SocketState} */
  state = { name: 'connecting' };
  #url;
  #hooks;
  /** @type {WebSocket | undefined} */
  #socket;
  #failures = 0;
  #openedAt = 0;
  #heardAt = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #timer;

  /**
   * @param {string} path
   * @param {object} hooks
   * @param {(state: SocketState) => void} hooks.onState
   * @param {(data: string) => void} hooks.onMessage
   */
  constructor(path, hooks) {
    this.#url = new URL(path, location.href);
    this.#url.protocol = this.#url.protocol.replace('http', 'ws');
    this.#hooks = hooks;
  }

  /** Milliseconds without a word from the server; 0 while there is no connection. */
  get silentForMs() {
    return this.state.name === 'live' ? Date.now() - this.#heardAt : 0;
  }

  /** Connects at once, if it does not do so already. Also ends a wait. */
  connect() {
    if (this.#socket !== undefined) return;
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#timer = setTimeout(() => this.drop(), LONGEST_ATTEMPT_MS);
    this.#enter({ name: 'connecting' });
    socket.addEventListener('open', () => {
      if (this.#socket !== socket) return;
      clearTimeout(this.#timer);
      this.#openedAt = Date.now();
      this.#heardAt = this.#openedAt;
      this.#enter({ name: 'live' });
    });
    socket.addEventListener('message', ({ data }) => {
      if (this.#socket !== socket) return;
      this.#heardAt = Date.now();
      this.#hooks.onMessage(data);
    });
    socket.addEventListener('close', () => {
      if (this.#socket === socket) this.drop();
    });
  }

  /** Gives the connection up and waits for the next attempt. */
  drop() {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#socket = undefined;
    socket.close();
    clearTimeout(this.#timer);
    if (this.state.name === 'live' && Date.now() - this.#openedAt >= STABLE_AFTER_MS) {
      this.#failures = 0;
    }
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++);
    const wait = longest * (0.5 + Math.random() / 2); // so that a thousand pages do not come at once
    this.#timer = setTimeout(() => this.connect(), wait);
    this.#enter({ name: 'waiting', retryAt: Date.now() + wait });
  }

  /** @param {SocketState} state */
  #enter(state) {
    this.state = state;
    this.#hooks.onState(state);
  }
}
