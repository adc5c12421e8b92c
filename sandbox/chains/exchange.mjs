// The two exchanges of the venue, as far as anybody asks them: what was filled of an order.

// getOrderStatus(bytes32 id) answers (bool filled, uint248 remaining): the storage word under `id`, and 0.
//   PUSH1 4 CALLDATALOAD SLOAD PUSH1 0 MSTORE PUSH1 64 PUSH1 0 RETURN
const RUNTIME = '0x6004355460005260406000f3';
const FILLED = `0x${'1'.padStart(64, '0')}`;

/** Places the exchanges' code at their real addresses. */
export const placeExchanges = (rpc, addresses) =>
  Promise.all(addresses.map((address) => rpc.call('anvil_setCode', [address, RUNTIME])));

/** The order `id` was filled, and the exchange knows it for good. */
export const recordFill = (rpc, exchange, id) =>
  rpc.call('anvil_setStorageAt', [exchange, id, FILLED]);
