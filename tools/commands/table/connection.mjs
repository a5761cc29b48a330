/** Connections and who holds them. */

/** @type {import('../table-types.mjs').GroupTable} */
export const CONNECTION = {
  'CLIENT CACHING': {
    summary:
      'Tracks what the next command reads (`YES`, with `optin`), or leaves it out (`NO`, with `optout`): see `clientTracking`.',
    reply: 'ok',
  },
  'CLIENT CAPA': {
    summary: 'Tells the server what this client can do; it ignores what it does not know.',
    reply: 'ok',
    types: { capabilities: 'Many<string>' },
    parameters: { capabilities: 'Such as `redirect`.' },
  },
  'CLIENT GETNAME': {
    summary: 'Gets the name of this connection; `null` when it has none.',
    reply: 'text?',
  },
  'CLIENT GETREDIR': {
    summary: 'Gets the id of the connection that is told what changed in tracked keys.',
    reply: 'integer',
    returns: 'Its id; 0 when that is this one, -1 when nothing is tracked.',
  },
  'CLIENT ID': {
    summary: 'Gets the id of this connection, which no other ever has.',
    reply: 'integer',
  },
  'CLIENT IMPORT-SOURCE': {
    summary:
      'Marks this connection as one that imports data (`ON`) or not (`OFF`): to it, keys that are past their time do not expire.',
    reply: 'ok',
  },
  'CLIENT INFO': { byHand: 'the reply is a record in one line of text' },
  'CLIENT KILL': { byHand: 'an address alone has a reply of its own' },
  'CLIENT LIST': { byHand: 'the reply is records in lines of text' },
  'CLIENT NO-EVICT': {
    summary:
      'Spares this connection when clients take too much memory (`ON`), or no longer does (`OFF`).',
    reply: 'ok',
  },
  'CLIENT NO-TOUCH': {
    summary:
      'Leaves the age and frequency of keys as they are when this connection reads them (`ON`), or updates them again (`OFF`).',
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
  'CLIENT TRACKING': {
    byHand: 'options go together or exclude each other',
    plan: '. {redirect=|prefix*=|bcast|optin|optout|noloop}',
    reader: 'status',
  },
  'CLIENT TRACKINGINFO': { byHand: 'the reply has members of several types', reader: 'textRecord' },
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
  PING: { byHand: 'a message changes the reply', plan: '.?', reader: 'strings' },
};
