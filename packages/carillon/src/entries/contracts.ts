/** The door `carillon/contracts`: what third-party implementations must do, as test cases. */
export {
  type ChannelsBackendContractOptions,
  type ChannelsBackendFixture,
  type ContractCase,
  channelsBackendContract,
} from '../contracts/channels-backend.js';
