/** A WebSocket client of the chat that keeps what it hears. */
import { once } from 'node:events';
import { waitFor } from '@carillon/test-kit';
import { WebSocket } from 'ws';
import type { ChatMessage } from '../http/chat-message.js';

/** An open socket; disposing it ends it. */
export class ChatSocket implements Disposable {
  readonly messages: ChatMessage[] = [];
  /** Resolves to the close code. */
  readonly closed: Promise<number>;
  readonly #socket: WebSocket;

  /** Opens a socket at a server's URL. */
  static async open(url: string, path = '/live/chat'): Promise<ChatSocket> {
    const socket = new WebSocket(new URL(path, url.replace('http', 'ws')));
    const chat = new ChatSocket(socket);
    await once(socket, 'open');
    return chat;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on('message', (data) => this.messages.push(JSON.parse(String(data))));
    socket.on('error', () => undefined); // followed by a close
    this.closed = new Promise((resolve) => socket.once('close', resolve));
  }

  /** Waits until somebody has said this. */
  async hears(text: string): Promise<ChatMessage> {
    const find = () => this.messages.find((message) => message.text === text);
    const found = await waitFor(find, { message: `the socket hears ${text}` });
    if (found === undefined) throw new Error('waitFor gives no undefined');
    return found;
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}
