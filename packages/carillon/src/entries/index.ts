/** The door `carillon`: the server-side doors together. */
export * from './channels.js';
export * from './redis.js';
