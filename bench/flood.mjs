/**
 * Makes the server itself publish, as fast as a subscriber takes it.
 *
 * A function library in the server holds the messages ready and publishes hundreds of them per call,
 * so that publishing costs the server little more than delivery does, and the subscriber's process
 * one small command for a whole batch. Messages are numbered, so that a loss, a duplicate and a
 * change of order all show.
 */
import { once } from 'node:events';
import { connect } from 'node:net';

/** Where in a message its number stands: so many digits at its beginning. */
const DIGITS = 8;

const LIBRARY = `#!lua name=bench_flood
local messages = {}
redis.register_function('bench_fill', function(_, args)
  local count, bytes = tonumber(args[1]), tonumber(args[2])
  local padding = string.rep('x', bytes - ${DIGITS})
  messages = {}
  for number = 0, count - 1 do
    messages[number] = string.format('%0${DIGITS}d', number) .. padding
  end
end)
redis.register_function('bench_publish', function(_, args)
  local call, channel, subscribers = redis.call, args[1], tonumber(args[2])
  local first, count = tonumber(args[3]), tonumber(args[4])
  local cycle = #messages + 1
  for number = first, first + count - 1 do
    if call('PUBLISH', channel, messages[number % cycle]) ~= subscribers then
      return redis.error_reply('the channel has more or fewer subscribers')
    end
  end
end)`;

/**
 * @typedef {object} Flood
 * @property {(first: number, count: number) => void} publish
 *   Has the server publish the messages from this number on, which go round after the last. They
 *   leave the server together.
 * @property {Promise<never>} refused Rejects when the server could not publish.
 */

/**
 * Prepares the server for publishing to a channel.
 *
 * @param {string} url
 * @param {object} what
 * @param {string} what.channel
 * @param {number} what.subscribers How many connections must be subscribed whenever it publishes.
 * @param {number} what.messages How many different messages there are.
 * @param {number} what.bytes The size of each.
 * @returns {Promise<Flood>}
 * @throws When the server has no functions: they came with Redis 7.
 */
export async function openFlood(url, { channel, subscribers, messages, bytes }) {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('latin1');
  await once(socket, 'connect');
  send('FUNCTION', 'LOAD', 'REPLACE', LIBRARY);
  await accepted(once(socket, 'data'));
  send('FCALL', 'bench_fill', 0, messages, bytes);
  await accepted(once(socket, 'data'));
  /** @type {Promise<never>} */
  const refused = new Promise((_, reject) => {
    socket.on('data', (replies) => {
      const error = /^-.*/m.exec(String(replies))?.[0];
      if (error !== undefined) reject(new Error(error));
    });
    socket.once('close', () => reject(new Error('the server closed the connection')));
  });
  return {
    publish: (first, count) =>
      send('FCALL', 'bench_publish', 0, channel, subscribers, first, count),
    refused,
  };

  /** @param {(string | number)[]} words */
  function send(...words) {
    const parts = words.map((word) => `$${Buffer.byteLength(String(word))}\r\n${word}\r\n`);
    socket.write(`*${words.length}\r\n${parts.join('')}`);
  }
}

/**
 * The message with a number.
 *
 * @param {number} number
 * @param {number} bytes
 * @returns {string}
 */
export function messageOf(number, bytes) {
  return String(number).padStart(DIGITS, '0').padEnd(bytes, 'x');
}

/**
 * Reads a message's number: by hand, because it is done for each one while time is measured.
 *
 * @param {string} message
 * @returns {number} `NaN` when the text is too short to have one; it is not checked that it has digits.
 */
export function numberOf(message) {
  let number = 0;
  for (let i = 0; i < DIGITS; i++) number = number * 10 + message.charCodeAt(i) - 48;
  return number;
}

/** @param {Promise<unknown[]>} replied */
async function accepted(replied) {
  const reply = String((await replied)[0]);
  if (reply.startsWith('-')) throw new Error(`the server cannot publish: ${reply.trim()}`);
}
