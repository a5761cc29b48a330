/**
 * The demo page: ties the sockets to what is shown.
 *
 * `/status` tells how the server is, once a second and at each change; `/live/chat` brings the
 * messages, the newest old ones first. Both come back by themselves.
 */
import { ChatLog } from './chat-log.js';
import { Composer } from './composer.js';
import { Identity } from './identity.js';
import { LiveSocket } from './live-socket.js';
import { ServerClock } from './server-clock.js';
import { StatusPanel } from './status-panel.js';

/** @typedef {import('./status-panel.js').ServerStatus} ServerStatus */

/** The server says how it is every second; one that is silent for longer is gone. */
const SILENCE_MS = 3_500;

/** The worse, the lower. */
const RANK = { waiting: 0, connecting: 1, live: 2 };

const clock = new ServerClock();
const identity = new Identity();
const log = new ChatLog();
const composer = new Composer(identity);
const panel = new StatusPanel(connectNow);

/** @type {ServerStatus | undefined} */
let status;
let hasBeenLive = false;
/** The server's time when the chat's socket opened: what is older is history. */
let openedAt = 0;

const statusSocket = new LiveSocket('/status', {
  onState: showConnection,
  onMessage: (data) => onStatus(JSON.parse(data)),
});

const chatSocket = new LiveSocket('/live/chat', {
  onState(state) {
    if (state.name === 'live') {
      openedAt = clock.now();
      if (hasBeenLive)
        log.mark(
          status?.backend === 'redis' ? 'reconnected; messages may be missing' : 'reconnected',
        );
    }
    showConnection();
  },
  onMessage(data) {
    const message = JSON.parse(data);
    // Only memory keeps history. Messages by way of Redis carry other servers' clocks.
    const past = status?.backend === 'memory' && message.at < openedAt;
    log.add(message, { own: identity.said(message.id), past });
    composer.delivered(message.id);
  },
});

setInterval(() => {
  if (statusSocket.silentForMs < SILENCE_MS) return;
  statusSocket.drop();
  chatSocket.drop(); // it takes the same way, and nobody speaks on it unasked
}, 500);
window.addEventListener('online', connectNow);
document.addEventListener('visibilitychange', () => {
  if (document.visibilityState === 'visible') connectNow();
});

await firstLook();
connectNow();

/** Asks for the state before the sockets open, so that history can be told from live messages. */
async function firstLook() {
  try {
    const response = await fetch('/health', { signal: AbortSignal.timeout(SILENCE_MS) });
    onStatus(await response.json());
  } catch {
    // The sockets will find out why.
  }
}

function connectNow() {
  statusSocket.connect();
  chatSocket.connect();
}

/** @param {ServerStatus} next */
function onStatus(next) {
  clock.observe(next.now);
  const recovered = status?.status === 'degraded' && next.status === 'ok';
  if (recovered && hasBeenLive) log.mark('Redis is back; messages may be missing');
  status = next;
  panel.setStatus(next);
}

/** Both sockets make the connection; the one that is worse off is shown. */
function showConnection() {
  const [worse] = [statusSocket.state, chatSocket.state].sort(
    (a, b) => RANK[a.name] - RANK[b.name],
  );
  if (worse === undefined) return;
  if (worse.name === 'live') {
    hasBeenLive = true;
    panel.setConnection({ name: 'live' });
  } else if (statusSocket.state.name === 'live') {
    // The server is there; the chat is not open to us yet, and the notice says why.
    panel.setConnection({ name: 'connecting' });
  } else if (worse.name === 'waiting') {
    panel.setConnection({ name: 'reconnecting', retryAt: worse.retryAt });
  } else {
    panel.setConnection(
      hasBeenLive ? { name: 'reconnecting', retryAt: undefined } : { name: 'connecting' },
    );
  }
}
