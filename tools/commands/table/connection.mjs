/** Connections and who holds them. */

/** @type {import('../table-types.mjs').GroupTable} */
export const CONNECTION = {
  'CLIENT CACHING': {
    summary:
      'Whether what the next command reads is tracked, after `clientTracking` with `optin` or `optout`.',
    reply: 'ok',
  },
  'CLIENT CAPA': {
    summary: 'Tells the server what this client can do; it ignores what it does not know.',
    reply: 'ok',
    types: { capabilities: 'Many<string>' },
    parameters: { capabilities: 'Such as `redirect`.' },
  },
  'CLIENT GETNAME': {
    summary: 'The name of this connection; `null` when it has none.',
    reply: 'text?',
  },
  'CLIENT GETREDIR': {
    summary: 'The connection that is told what changed in tracked keys.',
    reply: 'integer',
    returns: 'Its id; 0 when that is this one, -1 when nothing is tracked.',
  },
  'CLIENT ID': {
    summary: 'The id of this connection, which no other ever gets.',
    reply: 'integer',
  },
  'CLIENT IMPORT-SOURCE': {
    summary: 'Whether this connection imports data: keys that are past their time do not expire.',
    reply: 'ok',
  },
  'CLIENT INFO': { byHand: 'the reply is a record in one line of text' },
  'CLIENT KILL': { byHand: 'an address alone has a reply of its own' },
  'CLIENT LIST': { byHand: 'the reply is records in lines of text' },
  'CLIENT NO-EVICT': {
    summary: 'Whether this connection is spared when clients take too much memory.',
    reply: 'ok',
  },
  'CLIENT NO-TOUCH': {
    summary: 'Whether reading keys on this connection leaves their age and frequency as they are.',
    reply: 'ok',
  },
  'CLIENT PAUSE': {
    summary: 'Lets the commands of all clients wait.',
    reply: 'ok',
    names: { timeout: 'timeoutMs' },
    parameters: {
      timeoutMs: 'Milliseconds.',
      write: 'Only commands that write.',
      all: 'All commands; so it is without an option.',
    },
  },
  'CLIENT SETINFO': {
    summary: 'Tells the server which library this connection is of. The client does so by itself.',
    reply: 'ok',
    signature: "attribute: 'LIB-NAME' | 'LIB-VER', value: string",
  },
  'CLIENT SETNAME': {
    summary: 'Gives this connection a name. The option `clientName` gives one to all of a client.',
    reply: 'ok',
    types: { connectionName: 'string' },
    parameters: { connectionName: 'Without spaces; empty for none.' },
  },
  'CLIENT TRACKING': { byHand: 'options go together or exclude each other' },
  'CLIENT TRACKINGINFO': { byHand: 'the reply has members of several types' },
  'CLIENT UNBLOCK': {
    summary: 'Ends the wait of a connection that is blocked.',
    reply: 'integer',
    types: { clientId: 'number | string' },
    parameters: {
      timeout: 'As if its time were over; so it is without an option.',
      error: 'With the error `UNBLOCKED`.',
    },
    returns: '1, or 0 when it was not blocked.',
  },
  'CLIENT UNPAUSE': { summary: 'Ends what `clientPause` began.', reply: 'ok' },
  ECHO: { summary: 'Sends the message back.', reply: 'string' },
  PING: { byHand: 'a message changes the reply' },
};
