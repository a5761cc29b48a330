/**
 * Introduces a new connection to its server in one round trip.
 *
 * `HELLO 3` with credentials and name, `SELECT` and `CLIENT SETINFO` are written together. Only a
 * server that does not know `HELLO` or RESP3 costs a second round trip, with the older commands. Wrong
 * credentials are a final answer.
 */
import {
  Command,
  CommandFlag,
  type CommandSpec,
  defineCommand,
  PING,
} from '../commands/command.js';
import { MaxClientsError, ReplyError } from '../errors/reply-error.js';
import { DecodeAs } from '../protocol/decoder.js';
import type { Argument } from '../protocol/encoder.js';
import type { Reply } from '../protocol/reply.js';
import type { Connection } from './connection.js';
import { authArguments, type Credentials, currentCredentials } from './credentials.js';
import { abortError } from './dial.js';

/** Shown by `CLIENT LIST` on servers that know `CLIENT SETINFO`. */
export const LIBRARY: { readonly name: string; readonly version: string } = {
  name: 'carillon',
  version: '0.1.0',
};

const HELLO = defineCommand('HELLO', { shape: toServerInfo, decodeAs: DecodeAs.flatMaps });
/** AUTH as a part of what every connection of an owner does: it marks none of them as altered. */
export const AUTH: CommandSpec<Reply> = defineCommand('AUTH');
export const SELECT: CommandSpec<Reply> = defineCommand('SELECT', { flags: CommandFlag.stateful });
const CLIENT_SETNAME = defineCommand('CLIENT SETNAME');
const CLIENT_SETINFO = defineCommand('CLIENT SETINFO');

/**
 * Shakes hands, and closes the connection when that fails.
 *
 * @returns The credentials that the server has accepted.
 * @throws {ReplyError} The server refused: credentials, database, too many clients.
 * @throws {ConnectionError} The connection was lost, the provider of credentials failed, or `deadline`
 *   aborted first.
 */
export async function shakeHands(
  connection: Connection,
  deadline: AbortSignal,
): Promise<Credentials | undefined> {
  const onAbort = (): void => connection.close();
  deadline.addEventListener('abort', onAbort, { once: true });
  try {
    const credentials = await currentCredentials(connection.settings, deadline);
    if (connection.settings.protocol === 2) await introduceResp2(connection, credentials);
    else await introduceResp3(connection, credentials);
    return credentials;
  } catch (error) {
    connection.close();
    throw deadline.aborted ? abortError(deadline, connection.address) : error;
  } finally {
    deadline.removeEventListener('abort', onAbort);
  }
}

async function introduceResp3(
  connection: Connection,
  credentials: Credentials | undefined,
): Promise<void> {
  const { clientName } = connection.settings;
  const args: Argument[] = [3];
  if (credentials !== undefined) {
    args.push('AUTH', credentials.username ?? 'default', credentials.password);
  }
  if (clientName !== undefined) args.push('SETNAME', clientName);
  connection.protocol = 3; // replies to what follows HELLO are RESP3 already
  const hello = ask(connection, HELLO, args);
  const rest = [...selectDatabase(connection), ...sayWho(connection)];
  const [outcome] = await Promise.allSettled([hello, ...rest]);
  if (outcome.status === 'fulfilled') {
    connection.serverInfo = outcome.value;
    await Promise.all(rest);
    return;
  }
  const { reason } = outcome;
  const mustSpeakResp3 = connection.settings.protocol === 3;
  if (mustSpeakResp3 || !isUnknownHello(reason)) throw reason;
  connection.protocol = 2;
  await introduceResp2(connection, credentials);
}

async function introduceResp2(
  connection: Connection,
  credentials: Credentials | undefined,
): Promise<void> {
  const { clientName } = connection.settings;
  const replies: Promise<unknown>[] = [];
  if (credentials !== undefined) {
    replies.push(ask(connection, AUTH, authArguments(credentials)));
  }
  if (clientName !== undefined) {
    replies.push(ask(connection, CLIENT_SETNAME, [clientName]));
  }
  replies.push(...selectDatabase(connection), knock(connection), ...sayWho(connection));
  const outcomes = await Promise.allSettled(replies);
  const refusal = outcomes.find((outcome) => outcome.status === 'rejected');
  if (refusal !== undefined) throw refusal.reason;
}

function selectDatabase(connection: Connection): Promise<unknown>[] {
  const { db } = connection.settings;
  return db === 0 ? [] : [ask(connection, SELECT, [db])];
}

/** A server that does not know `CLIENT SETINFO`, or a user that may not run it, is fine too. */
function sayWho(connection: Connection): Promise<unknown>[] {
  return [
    ['LIB-NAME', LIBRARY.name],
    ['LIB-VER', LIBRARY.version],
  ].map((args) => unlessTurnedAway(ask(connection, CLIENT_SETINFO, args)));
}

/** Without credentials RESP2 would say nothing that a server demanding them must refuse. */
function knock(connection: Connection): Promise<unknown> {
  return unlessTurnedAway(ask(connection, PING, []));
}

/** Any answer will do, except that we are not let in. */
async function unlessTurnedAway(answer: Promise<unknown>): Promise<void> {
  try {
    await answer;
  } catch (error) {
    const isRefusal = error instanceof ReplyError && error.code !== 'NOAUTH';
    if (!isRefusal || error instanceof MaxClientsError) throw error;
  }
}

/** The whole attempt has a deadline and is traced; its commands are not by themselves. */
function ask<T>(
  connection: Connection,
  spec: CommandSpec<T>,
  args: readonly Argument[],
): Promise<T> {
  const command = new Command(spec, args);
  const answer = command.start();
  connection.send(command as Command);
  return answer;
}

function isUnknownHello(error: unknown): boolean {
  if (!(error instanceof ReplyError)) return false;
  return error.code === 'NOPROTO' || /^ERR unknown command/i.test(error.message);
}

function toServerInfo(reply: Reply): ReadonlyMap<string, Reply> {
  const info = new Map<string, Reply>();
  const pairs = Array.isArray(reply) ? reply : [];
  for (let i = 0; i + 1 < pairs.length; i += 2) info.set(String(pairs[i]), pairs[i + 1] as Reply);
  return info;
}
