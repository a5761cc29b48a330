/**
 * The load of messages that come by themselves: publishes as fast as they are taken, and ends with an
 * error at the first that is missing, doubled, changed or out of order.
 */

/** @typedef {import('./clients/adapter.mjs').Receive} Receive */
/** @typedef {import('./clients/adapter.mjs').Leave} Leave */

/**
 * @typedef {object} Plan
 * @property {number} batch How many messages are published in one go.
 * @property {number} batches How many of these are on the way at any time. A subscriber that is slower
 *   than the others may have twice as many before it.
 * @property {number} messages How many different messages there are; they go round.
 * @property {number} limit It stops by itself when so many were published, a multiple of the batch.
 * @property {(message: string, number: number) => boolean} isRight
 *   Whether a message is the one with that number. Its cost is added to every client's.
 */

/**
 * Subscribes and begins; when it ends, so do the subscriptions. Counts what each subscriber received.
 *
 * @param {readonly ((receive: Receive) => Promise<Leave>)[]} subscribers Each gets every message.
 * @param {import('./flood.mjs').Flood} flood
 * @param {Plan} plan
 * @returns {Promise<import('./load.mjs').Load>}
 */
export async function receiveInOrder(subscribers, flood, plan) {
  const { batch, batches, messages, limit, isRight } = plan;
  let published = 0;
  let received = 0;
  let batchesReceived = 0;
  let running = true;
  /** @type {() => void} */
  let finish;
  /** @type {(error: Error) => void} */
  let fail;
  /** @type {Promise<void>} */
  const allReceived = new Promise((resolve, reject) => {
    finish = resolve;
    fail = reject;
  });
  const publishBatch = () => {
    flood.publish(published, batch);
    published += batch;
  };
  const onBatch = () => {
    batchesReceived++;
    if (running && published < limit) {
      if (batchesReceived % subscribers.length === 0) publishBatch();
    } else if (received === published * subscribers.length) {
      finish();
    }
  };

  const leaves = await Promise.all(subscribers.map((subscribe) => subscribe(receiver())));
  for (let i = 0; i < batches; i++) publishBatch();
  return {
    completed: () => received,
    latency: null,
    stop() {
      running = false;
    },
    ended: Promise.race([allReceived, flood.refused]).then(() =>
      Promise.all(leaves.map((leave) => leave())),
    ),
  };

  /** @returns {Receive} For one subscriber. */
  function receiver() {
    let next = 0;
    let leftOfBatch = batch;
    return (message) => {
      if (!isRight(message, next)) {
        fail(new Error(`message ${next} is next, and not ${message.slice(0, 80)}`));
      }
      received++;
      next = next + 1 === messages ? 0 : next + 1;
      if (--leftOfBatch > 0) return;
      leftOfBatch = batch;
      onBatch();
    };
  }
}
