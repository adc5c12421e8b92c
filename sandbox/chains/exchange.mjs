// The venue's exchanges on the chain: what was filled of an order, and the money and shares of each fill.
// The contract is contracts/TestPolymarket.sol.
import { registerMarket } from './conditional_tokens.mjs';

const BATCH = 50; // fills in one transaction
const GAS = 15_000_000n; // for these: less than 150,000 each
const FILLED = `0x${'1'.padStart(64, '0')}`;

export const ORDER_FILLED =
  'OrderFilled(bytes32,address,address,uint8,uint256,uint256,uint256,uint256,bytes32,bytes32)';

/** The order of `trade` was filled, and the exchange knows it for good; no money moves. */
export const recordFill = (rpc, exchange, { orderId }) =>
  rpc.call('anvil_setStorageAt', [exchange, orderId, FILLED]);

/**
 * Settles fills in the background, many in one transaction, one transaction at a time: whoever adds one
 * never waits. Until a fill is settled its trade is `pending`; then the trade has the transaction's hash.
 * One that the chain refuses goes to `onRefused(trade)`.
 */
export class Settlement {
  #chain;
  #sender;
  #queue = [];
  #working = null;

  constructor(chain, sender) {
    this.#chain = chain;
    this.#sender = sender;
    this.onRefused = () => {};
  }

  /** `shortage` is `lend`, `fail` or `wait`: what becomes of a fill whose money or approval is missing. */
  add(exchange, trade, shortage) {
    trade.pending = true;
    this.#queue.push({ exchange, trade, shortage });
    this.#start();
  }

  #start() {
    if (this.#working || this.#queue.length === 0) return;
    this.#working = this.#work().finally(() => {
      this.#working = null;
      this.#start(); // one may have come since the queue was looked at
    });
  }

  /** Resolves when all that was added is settled or refused. */
  async idle() {
    while (this.#working) await this.#working;
  }

  async #work() {
    await Promise.resolve(); // what one order fills goes together
    while (this.#queue.length) {
      const batch = this.#take();
      try {
        await this.#settle(batch);
      } catch (e) {
        for (const { trade } of batch) this.#refuse(trade, 'fail');
        console.error(`[sandbox] ${batch.length} fills not on chain: ${e.message}`);
      }
    }
  }

  /** The oldest fills that can share a transaction. */
  #take() {
    const [{ exchange, shortage }] = this.#queue;
    const other = this.#queue.findIndex((f) => f.exchange !== exchange || f.shortage !== shortage);
    return this.#queue.splice(0, Math.min(BATCH, other === -1 ? this.#queue.length : other));
  }

  async #settle(batch) {
    const [{ exchange, shortage }] = batch;
    for (const { trade } of batch) await registerMarket(this.#chain, trade.token.market);
    const { abi } = this.#chain.polymarket.exchange;
    const to = { address: exchange, abi };
    const fills = batch.map(({ trade }) => fillOf(trade));
    const more = { gasLimit: GAS };
    const receipt = await this.#sender.call(to, 'settle', [fills, shortage !== 'lend'], more);
    const topic = abi.getEvent('Unsettled').topicHash;
    const refused = receipt.logs
      .filter((log) => log.topics[0] === topic)
      .map((log) => abi.parseLog(log));
    const unsettled = new Set(refused.map(({ args }) => Number(args.index)));
    batch.forEach(({ trade }, i) => {
      if (unsettled.has(i)) return this.#refuse(trade, shortage);
      trade.transactionHash = receipt.transactionHash;
      trade.pending = false;
      return undefined;
    });
  }

  #refuse(trade, shortage) {
    if (shortage === 'wait') return; // MATCHED for ever, as without approvals
    trade.pending = false;
    this.onRefused(trade);
  }
}

function fillOf({ orderId, maker, side, token, size, cost, fee, builder, metadata }) {
  const buy = side === 'BUY';
  const [given, got] = buy ? [cost, size] : [size, cost];
  return [orderId, maker, buy ? 0 : 1, token.tokenId, given, got, fee, builder, metadata];
}
