/** Scripts and functions. */

const CALLS_CODE = 'keys and arguments are lists of any length';

const FLUSH_MODES = {
  async: 'Frees the memory in the background.',
  sync: 'Frees the memory before it replies.',
};

/** @type {import('../table-types.mjs').GroupTable} */
export const SCRIPTING = {
  EVAL: { byHand: CALLS_CODE },
  EVAL_RO: { byHand: CALLS_CODE },
  EVALSHA: { byHand: CALLS_CODE },
  EVALSHA_RO: { byHand: CALLS_CODE },
  FCALL: { byHand: CALLS_CODE },
  FCALL_RO: { byHand: CALLS_CODE },
  'FUNCTION DELETE': {
    summary: 'Removes one library, with all functions that it registered.',
    reply: 'ok',
    types: { libraryName: 'string' },
    throws: '{ReplyError} There is no such library.',
  },
  'FUNCTION DUMP': {
    summary: 'Packs all libraries, for `functionRestore`.',
    reply: 'bytes',
    returns: 'Bytes, also where strings are text.',
  },
  'FUNCTION FLUSH': {
    summary: 'Deletes all libraries.',
    reply: 'ok',
    parameters: FLUSH_MODES,
  },
  'FUNCTION KILL': {
    summary: 'Ends the function that is running, if it has written nothing.',
    reply: 'ok',
    throws: '{ReplyError} `NOTBUSY`: none is running. `UNKILLABLE`: it has written.',
  },
  'FUNCTION LIST': { byHand: 'an option changes the reply, which has records in it' },
  'FUNCTION LOAD': {
    summary: 'Loads a library. `defineLibrary` does so when it is missing.',
    reply: 'text',
    names: { functionCode: 'code' },
    types: { code: 'string' },
    parameters: {
      code: 'Its first line names engine and library: `#!lua name=stock`.',
      replace: 'Replaces the library of that name.',
    },
    returns: 'The name of the library.',
    throws: '{ReplyError} There is a library or function of that name, or the code is wrong.',
  },
  'FUNCTION RESTORE': {
    summary: 'Loads the libraries that `functionDump` gave: all of them or none.',
    reply: 'ok',
    names: { serializedValue: 'dump' },
    types: { dump: 'Uint8Array' },
    parameters: {
      flush: 'Deletes all others before.',
      append: 'Refuses when there is a library of the same name, as it does without an option.',
      replace: 'Replaces libraries of the same name.',
    },
  },
  'FUNCTION STATS': { byHand: 'the reply has records in records' },
  'SCRIPT DEBUG': {
    summary: 'Sets how the next script of this connection is debugged.',
    reply: 'ok',
  },
  'SCRIPT EXISTS': {
    summary: 'Tells which scripts the server has.',
    reply: 'integers',
    types: { sha1s: 'Many<string>' },
    returns: '1 or 0 for each.',
  },
  'SCRIPT FLUSH': {
    summary: 'Forgets all scripts.',
    reply: 'ok',
    parameters: FLUSH_MODES,
  },
  'SCRIPT KILL': {
    summary: 'Ends the script that is running, if it has written nothing.',
    reply: 'ok',
    throws: '{ReplyError} `NOTBUSY`: none is running. `UNKILLABLE`: it has written.',
  },
  'SCRIPT LOAD': {
    summary: 'Gives the server a script without running it. `defineScript` needs no loading.',
    reply: 'text',
    types: { script: 'string' },
    returns: 'Its SHA-1, by which `evalsha` runs it.',
  },
  'SCRIPT SHOW': {
    summary: 'Gets the text of a script that the server has.',
    reply: 'text',
    types: { sha1: 'string' },
    throws: '{NoScriptError} The server has it not.',
  },
};
