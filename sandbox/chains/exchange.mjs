// The two exchanges of the venue, as far as anybody asks them: what was filled of an order, and the
// event that says so.
import { ethers } from 'ethers';

export const ORDER_FILLED =
  'OrderFilled(bytes32,address,address,uint8,uint256,uint256,uint256,uint256,bytes32,bytes32)';
const WORDS_OF_DATA = 7; // side, tokenId, makerAmountFilled, takerAmountFilled, fee, builder, metadata
const FILLED = `0x${'1'.padStart(64, '0')}`;

// A short call is getOrderStatus(bytes32 id): it answers (bool filled, uint248 remaining), the
// storage word under `id`, and 0. A long one is ours: selector, then the event's three topics and
// its data; it sets that word and emits OrderFilled.
const RUNTIME = assemble();

function assemble() {
  const topic0 = ethers.id(ORDER_FILLED).slice(2);
  const size = (32 * WORDS_OF_DATA).toString(16);
  const status =
    '600435' + '54' + '600052' + // memory[0] = storage[calldata[4]]
    '60406000f3'; // return 64 bytes
  const emit =
    '5b' + '6001' + '600435' + '55' + // storage[calldata[4]] = 1
    `60${size}` + '6064' + '6000' + '37' + // memory[0..] = the data
    '604435' + '602435' + '600435' + `7f${topic0}` + // topics 3 to 0
    `60${size}` + '6000' + 'a4' + '00'; // log, stop
  const head = 7; // bytes of the jump below
  const target = (head + status.length / 2).toString(16).padStart(2, '0');
  return `0x6040361160${target}57${status}${emit}`;
}

/** Places the exchanges' code at their real addresses. */
export const placeExchanges = (rpc, addresses) =>
  Promise.all(addresses.map((address) => rpc.call('anvil_setCode', [address, RUNTIME])));

/** The order of `trade` was filled, and the exchange knows it for good. */
export const recordFill = (rpc, exchange, { orderId }) =>
  rpc.call('anvil_setStorageAt', [exchange, orderId, FILLED]);

/** The same with its OrderFilled, in a transaction whose hash becomes the trade's. */
export async function emitFill(rpc, exchange, trade) {
  const { orderId, maker, side, token, size, cost, fee } = trade;
  const [given, got] = side === 'BUY' ? [cost, size] : [size, cost];
  const event = new ethers.AbiCoder().encode(
    ['bytes32', 'address', 'address', 'uint8', 'uint256', 'uint256', 'uint256', 'uint256'],
    [orderId, maker, exchange, side === 'BUY' ? 0 : 1, token.tokenId, given, got, fee],
  );
  const [from] = await rpc.call('eth_accounts');
  const data = `0xffffffff${event.slice(2)}${'0'.repeat(128)}`; // builder and metadata: zero
  trade.transactionHash = await rpc.call('eth_sendTransaction', [{ from, to: exchange, data }]);
}
