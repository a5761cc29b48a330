/** Plain pub/sub on one server keeps the contract of subscribers, also for minutes. */
import { testPubSubContractAtLength } from './pubsub-contract.test.support.js';
import { SINGLE_SERVER } from './single-server.test.support.js';

testPubSubContractAtLength(SINGLE_SERVER);
