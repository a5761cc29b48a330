/** A user's CommonJS program, for the compiler only: `require()` of what is ESM. */
import carillon = require('carillon');
import redis = require('carillon/redis');
import testKit = require('@carillon/test-kit');

export const connect: typeof carillon.connect = redis.connect;
export const startServer: typeof testKit.startServer = testKit.startServer;
