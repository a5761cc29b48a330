/** Plain pub/sub on one server keeps the contract of subscribers. */
import { testPubSubContract } from './pubsub-contract.test.support.js';
import { SINGLE_SERVER } from './single-server.test.support.js';

testPubSubContract(SINGLE_SERVER);
