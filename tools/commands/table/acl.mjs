/** Users and what they may do. */

const NO_FILE = '{ReplyError} The server has no file of users.';

/** @type {import('../table-types.mjs').GroupTable} */
export const ACL = {
  'ACL CAT': {
    summary: 'Lists the categories of commands, or the commands of one.',
    reply: 'texts',
    types: { 'category?': 'string' },
  },
  'ACL DELUSER': {
    summary: 'Deletes users and closes their connections.',
    reply: 'integer',
    types: { usernames: 'Many<string>' },
    returns: 'How many there were.',
  },
  'ACL DRYRUN': {
    summary: 'Tells whether a user may run a command, without running it.',
    reply: 'text',
    types: { username: 'string', command: 'string' },
    parameters: { command: 'Its first word.', args: 'The words after it.' },
    returns: "`OK`, or in the server's words what is forbidden.",
  },
  'ACL GENPASS': {
    summary: 'Makes a password that nobody can guess.',
    reply: 'text',
    parameters: { bits: 'Of chance in it: 1 to 4096, 256 by default.' },
    returns: 'A hexadecimal digit for each four bits.',
  },
  'ACL GETUSER': { byHand: 'the reply has records in a record' },
  'ACL LIST': {
    summary: 'Gets all users with their rules, as they stand in the file of users.',
    reply: 'texts',
  },
  'ACL LOAD': {
    summary: 'Reads the file of users again: all of it, or nothing when a line is wrong.',
    reply: 'ok',
    throws: NO_FILE,
  },
  'ACL LOG': { byHand: 'an option changes the reply, which has records in it' },
  'ACL SAVE': {
    summary: 'Writes all users to the file of users.',
    reply: 'ok',
    throws: NO_FILE,
  },
  'ACL SETUSER': {
    summary: 'Creates or changes a user: all rules are applied, or none when one is wrong.',
    reply: 'ok',
    types: { username: 'string', rules: 'Many<string>' },
    parameters: { rules: 'In their order: `on`, `>password`, `~key:*`, `+@read`.' },
  },
  'ACL USERS': { summary: 'Gets the names of all users.', reply: 'texts' },
  'ACL WHOAMI': { summary: 'Gets the user of this connection.', reply: 'text' },
};
