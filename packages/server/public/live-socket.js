/**
 * A WebSocket that comes back: it only receives, and reconnects with growing, jittered waits.
 *
 * Not here: what is received, and what the page makes of the state.
 */

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 10_000;

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
   * @param {number} [hooks.silenceMs] - A live socket that says nothing for this long is dead.
   */
  constructor(path, hooks) {
    this.#url = new URL(path, location.href);
    this.#url.protocol = this.#url.protocol.replace('http', 'ws');
    this.#hooks = hooks;
    if (hooks.silenceMs !== undefined) setInterval(() => this.#listenForSilence(), 1_000);
  }

  /** Connects at once, if it does not do so already. Also ends a wait. */
  connect() {
    if (this.#socket !== undefined) return;
    clearTimeout(this.#timer);
    const socket = new WebSocket(this.#url);
    this.#socket = socket;
    this.#enter({ name: 'connecting' });
    socket.addEventListener('open', () => {
      if (this.#socket !== socket) return;
      this.#openedAt = this.#heardAt = Date.now();
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
    if (this.state.name === 'live' && Date.now() - this.#openedAt >= STABLE_AFTER_MS) {
      this.#failures = 0;
    }
    const longest = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** this.#failures++);
    const wait = longest * (0.5 + Math.random() / 2); // so that a thousand pages do not come at once
    this.#timer = setTimeout(() => this.connect(), wait);
    this.#enter({ name: 'waiting', retryAt: Date.now() + wait });
  }

  #listenForSilence() {
    const { silenceMs = Number.POSITIVE_INFINITY } = this.#hooks;
    if (this.state.name === 'live' && Date.now() - this.#heardAt > silenceMs) this.drop();
  }

  /** @param {SocketState} state */
  #enter(state) {
    this.state = state;
    this.#hooks.onState(state);
  }
}
