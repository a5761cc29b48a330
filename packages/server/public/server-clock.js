/** The server's time, as well as this page knows it: good to the travel time of one message. */

export class ServerClock {
  /** How far the server is ahead; every observation is late, so the largest is the truest. */
  #aheadMs = Number.NEGATIVE_INFINITY;

  /** @param {number} serverNow - The server's time, as it has just arrived. */
  observe(serverNow) {
    this.#aheadMs = Math.max(this.#aheadMs, serverNow - Date.now());
  }

  /** Unix time in milliseconds. */
  now() {
    return Date.now() + (Number.isFinite(this.#aheadMs) ? this.#aheadMs : 0);
  }
}
