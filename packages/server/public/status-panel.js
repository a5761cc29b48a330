/** What the page says about itself and the server: the two pills, the notice, the traffic. */
import { clockTime } from './chat-log.js';
import { element } from './element.js';
import { RateChart } from './rate-chart.js';

/**
 * What the server says about itself.
 *
 * @typedef {object} ServerStatus
 * @property {'ok' | 'degraded'} status
 * @property {'memory' | 'redis'} backend
 * @property {number} since
 * @property {string} [error]
 * @property {number} now
 * @property {number} sockets
 * @property {number} messages
 * @property {number} messagesPerSecond
 */

/**
 * @typedef {(
 *   | { name: 'connecting' | 'live' }
 *   | { name: 'reconnecting', retryAt: number | undefined }
 * )} ConnectionState Without `retryAt` the attempt is under way.
 */

const ABOUT = {
  memory:
    'Messages stay within this server process; the newest 20 are shown to whoever comes later.',
  redis: 'Messages go through Redis: every Carillon server on it shares this chat.',
};

export class StatusPanel {
  #connectionPill = element('connection');
  #backendPill = element('backend');
  #notice = element('notice');
  #retry = element('retry');
  #announcement = element('announcement');
  #chart = new RateChart(element('chart', SVGSVGElement));
  /** @type {ConnectionState} */
  #connection = { name: 'connecting' };
  /** @type {ServerStatus | undefined} */
  #status;
  /** Time of the status drawn last in the chart. */
  #chartedAt = 0;

  /** @param {() => void} onRetry - The user does not want to wait. */
  constructor(onRetry) {
    this.#retry.addEventListener('click', onRetry);
    setInterval(() => this.#showConnection(), 250); // the countdown
  }

  /** @param {ConnectionState} connection */
  setConnection(connection) {
    const isNew = connection.name !== this.#connection.name;
    this.#connection = connection;
    this.#showConnection();
    this.#showBackend();
    this.#showNotice();
    if (isNew) this.#announcement.textContent = `Connection: ${connection.name}`;
  }

  /** @param {ServerStatus} status */
  setStatus(status) {
    this.#status = status;
    this.#showBackend();
    this.#showNotice();
    this.#showTraffic(status);
  }

  /** What was last said of it is not known any more while nobody says it. */
  #showBackend() {
    if (this.#status === undefined || this.#connection.name === 'reconnecting') {
      setPill(this.#backendPill, 'unknown', 'unknown');
      return;
    }
    const { status, backend } = this.#status;
    setPill(this.#backendPill, status, status === 'ok' ? backend : `${backend} away`);
  }

  #showConnection() {
    const { name } = this.#connection;
    let text = /** @type {string} */ (name);
    if (this.#connection.name === 'reconnecting' && this.#connection.retryAt !== undefined) {
      const seconds = Math.ceil((this.#connection.retryAt - Date.now()) / 1_000);
      if (seconds > 0) text = `reconnecting in ${seconds} s`;
    }
    setPill(this.#connectionPill, name, text);
  }

  #showNotice() {
    const lost = this.#connection.name === 'reconnecting';
    const degraded = this.#status?.status === 'degraded';
    this.#notice.hidden = !lost && !degraded;
    this.#retry.hidden = !lost;
    if (lost) {
      this.#notice.dataset.kind = 'lost';
      setText(element('notice-title'), 'The server cannot be reached.');
      setText(element('notice-text'), 'This page reconnects by itself as soon as it is back.');
    } else if (degraded && this.#status !== undefined) {
      const { backend, since, error } = this.#status;
      this.#notice.dataset.kind = 'degraded';
      setText(element('notice-title'), `${backend === 'redis' ? 'Redis' : 'The memory'} is away.`);
      const reason = error === undefined ? '' : ` Reason: ${error}.`;
      setText(
        element('notice-text'),
        `Since ${clockTime(since)} no message gets through. The server keeps trying.${reason}`,
      );
    }
  }

  /** @param {ServerStatus} status */
  #showTraffic({ backend, now, messages, messagesPerSecond, sockets }) {
    setText(element('messages-count'), messages.toLocaleString());
    setText(element('sockets-count'), sockets.toLocaleString());
    setText(element('about'), ABOUT[backend]);
    // News of a changed state comes between two measurements: it is no second of its own.
    if (now - this.#chartedAt < 900) return;
    this.#chartedAt = now;
    this.#chart.push(messagesPerSecond);
    setText(element('rate'), this.#chart.average.toFixed(1));
  }
}

/**
 * @param {HTMLElement} pill
 * @param {string} state
 * @param {string} text
 */
function setPill(pill, state, text) {
  pill.dataset.state = state;
  const value = pill.querySelector('dd');
  if (value !== null) setText(value, text);
}

/** Leaves what is there alone: a live region would be read out again. @param {Element} target @param {string} text */
function setText(target, text) {
  if (target.textContent !== text) target.textContent = text;
}
