// The Across relayer and the data worker behind it: fills deposits, or does not, as the test says;
// gives expired ones back.
import { ethers } from 'ethers';
import { sleep } from '../chains/rpc.mjs';
import { addressIn, refund, relayOf, slowFill } from './spoke_pools.mjs';

const TICK_MS = 100;
const BPS = 10_000n;
const FILLED = 2; // of fillStatuses
/**
 * fill: fast; never; slow: asked for and paid; request: only asked for; replace: asked for, then
 * filled fast.
 */
export const FILL_MODES = ['fill', 'never', 'slow', 'request', 'replace'];
/** At the start, and after a reset. `stock`: the largest fill the relayer can pay for, null for any. */
export const FILLS = {
  mode: 'fill',
  delay_ms: 0,
  stock: null,
  slow_bps: 10_000,
  refunds: 'auto',
  refund_delay_ms: 0,
};
export const REFUND_MODES = ['auto', 'asked'];

export class AcrossRelayer {
  settings = { ...FILLS };
  #chains; // chain id -> chain
  #deposits = new Map(); // `${origin chain id}:${deposit id}` -> deposit
  #open = new Set(); // those neither filled nor refunded
  #approved = new Set();
  #running = true;

  constructor(chains) {
    this.#chains = new Map(chains.map((chain) => [chain.chainId, chain]));
    for (const chain of chains) {
      const { events, spokePool } = chain;
      events.on(spokePool, 'FundsDeposited', (event) => this.#deposited(chain, event));
      events.on(spokePool, 'RequestedSpeedUpDeposit', ({ args }) => this.#spedUp(chain, args));
      events.on(spokePool, 'RequestedSlowFill', ({ args }) => this.#slowFillRequested(args));
      events.on(spokePool, 'FilledRelay', (event) => this.#filled(event));
    }
    this.#run();
  }

  stop() {
    this.#running = false;
  }

  status() {
    const list = [...this.#deposits.values()];
    const count = (status) => list.filter((d) => d.status === status).length;
    return {
      ...this.settings,
      relayer: [...this.#chains.values()][0].filler.address,
      deposits: list.length,
      pending: count('pending'),
      slow_fill_requested: count('slowFillRequested'),
      filled: count('filled'),
      slow_filled: count('slowFilled'),
      expired: count('expired'),
      refunded: count('refunded'),
      integrator_ids: [...new Set(list.map((d) => d.integratorId).filter(Boolean))],
    };
  }

  set(change) {
    Object.assign(this.settings, change);
    return this.status();
  }

  /** The deposit of `originChainId` with `depositId`, or undefined. */
  find(originChainId, depositId) {
    return this.#deposits.get(`${originChainId}:${depositId}`);
  }

  /** All deposits that a transaction made, in its order. */
  ofTransaction(hash) {
    return [...this.#deposits.values()].filter((d) => d.depositTx === hash.toLowerCase());
  }

  /** Gives every expired deposit back at once. Answers {refunded: ["origin:id"]}. */
  async refundExpired() {
    await this.#expire();
    const expired = [...this.#open].filter((d) => d.status === 'expired');
    for (const deposit of expired) await this.#giveBack(deposit);
    return { refunded: expired.map((d) => d.key) };
  }

  /** Opens again what a reorganisation took the fill of. Answers {reopened: ["origin:id"]}. */
  async recheck() {
    const reopened = [];
    for (const { filler, deployer } of this.#chains.values())
      for (const sender of [filler, deployer]) sender.forget();
    for (const deposit of this.#deposits.values()) {
      const { destination, relay, status } = deposit;
      if (!['filled', 'slowFilled'].includes(status)) continue;
      const [hash] = await destination.rpc.read(destination.spokePool, 'getV3RelayHash', [relay]);
      const [state] = await destination.rpc.read(destination.spokePool, 'fillStatuses', [hash]);
      if (Number(state) === FILLED) continue;
      Object.assign(deposit, { status: 'pending', fillTx: null, slowRequest: Number(state) !== 0 });
      this.#open.add(deposit);
      reopened.push(deposit.key);
    }
    return { reopened };
  }

  #deposited(origin, { args, log }) {
    const relay = relayOf(args, origin.chainId);
    const key = `${origin.chainId}:${relay.depositId}`;
    const known = this.#deposits.get(key);
    if (known?.depositTx === log.transactionHash) return; // a reorganisation moved it
    if (known) this.#open.delete(known); // it took that one away and gave its id to another
    const destinationChainId = Number(args.destinationChainId);
    const deposit = {
      key,
      origin,
      destination: this.#chains.get(destinationChainId),
      destinationChainId,
      relay,
      depositTx: log.transactionHash,
      status: 'pending',
      fillTx: null,
      refundTx: null,
      due: Date.now() + this.settings.delay_ms,
      seenAt: Date.now(),
    };
    this.#deposits.set(key, deposit);
    this.#open.add(deposit);
    this.#readIntegrator(deposit).catch(() => {});
  }

  /** Integrators append `1dc0de` and their two bytes to the calldata. */
  async #readIntegrator(deposit) {
    const tx = await deposit.origin.rpc.call('eth_getTransactionByHash', [deposit.depositTx]);
    const id = /1dc0de([0-9a-f]{4})$/.exec(tx?.input ?? '')?.[1];
    if (id) deposit.integratorId = `0x${id}`;
  }

  #spedUp(origin, args) {
    const deposit = this.find(origin.chainId, args.depositId);
    if (deposit) deposit.update = args;
  }

  #slowFillRequested(args) {
    const deposit = this.find(args.originChainId, args.depositId);
    if (deposit?.status === 'pending') deposit.status = 'slowFillRequested';
  }

  /** By whomever: the event is the proof. */
  #filled({ args, log }) {
    const deposit = this.find(args.originChainId, args.depositId);
    if (!deposit) return;
    deposit.status = Number(args.relayExecutionInfo.fillType) === 2 ? 'slowFilled' : 'filled';
    deposit.fillTx = log.transactionHash;
    this.#open.delete(deposit);
  }

  async #run() {
    for (; this.#running; await sleep(TICK_MS)) {
      if (this.#open.size === 0) continue;
      await this.#expire().catch(() => {});
      for (const deposit of [...this.#open]) {
        if (!this.#running) return;
        await this.#advance(deposit).catch((e) => {
          deposit.failed = e.message; // not tried again: a revert stays one
          if (this.#running) console.error(`[sandbox] across ${deposit.key}: ${e.message}`);
        });
      }
    }
  }

  /** By the destination's time: what nobody filled up to its deadline is expired. */
  async #expire() {
    const waiting = [...this.#open].filter((d) => d.status !== 'expired');
    const now = new Map();
    for (const { destination } of waiting)
      if (destination && !now.has(destination)) now.set(destination, await timeOf(destination));
    for (const deposit of waiting) {
      // no such chain here: nobody will ever fill it
      deposit.now = now.get(deposit.destination) ?? Math.floor(Date.now() / 1000);
      if (deposit.now <= Number(deposit.relay.fillDeadline) || deposit.acting) continue;
      deposit.status = 'expired';
      deposit.expiredAt = Date.now();
    }
  }

  async #advance(deposit) {
    const { refunds, refund_delay_ms: wait } = this.settings;
    if (deposit.status === 'expired') {
      if (refunds === 'auto' && Date.now() >= deposit.expiredAt + wait)
        await this.#giveBack(deposit);
      return;
    }
    const { mode } = this.settings;
    if (mode === 'never' || deposit.failed || !this.#wanted(deposit)) return;
    if (mode !== 'fill' && !deposit.slowRequest) await this.#requestSlowFill(deposit);
    if (mode === 'request' || Date.now() < deposit.due) return;
    if (mode === 'slow') await this.#paySlowFill(deposit);
    else await this.#fill(deposit);
  }

  /** A known token, nothing paid on top, not more than it has, and nobody else's turn. */
  #wanted({ destination, relay, now }) {
    if (!destination || !tokenAt(destination, relay.outputToken)) return false;
    const { stock } = this.settings;
    if (relay.outputAmount > relay.inputAmount) return false;
    if (stock !== null && relay.outputAmount > stock) return false;
    const other = BigInt(relay.exclusiveRelayer) !== BigInt(destination.filler.address);
    return !(other && now <= Number(relay.exclusivityDeadline));
  }

  async #requestSlowFill(deposit) {
    const { destination, relay } = deposit;
    deposit.slowRequest = true;
    await destination.filler.call(destination.spokePool, 'requestSlowFill', [relay]);
  }

  async #paySlowFill(deposit) {
    const { destination, relay } = deposit;
    const amount = (relay.outputAmount * BigInt(this.settings.slow_bps)) / BPS;
    const token = tokenAt(destination, relay.outputToken);
    const { address } = destination.spokePool;
    await destination.deployer.call(token, 'mint', [address, amount]); // the hub's share of liquidity
    await slowFill(destination, relay, amount);
    this.#open.delete(deposit);
  }

  /** At the price the depositor signed later, when it did. */
  async #fill(deposit) {
    const { destination, relay, update } = deposit;
    const { filler, deployer, spokePool } = destination;
    const token = tokenAt(destination, relay.outputToken);
    const amount = update ? update.updatedOutputAmount : relay.outputAmount;
    await deployer.call(token, 'mint', [filler.address, amount]);
    await this.#approve(destination, token);
    const repayment = [relay.originChainId, ethers.zeroPadValue(filler.address, 32)];
    if (update)
      await filler.call(spokePool, 'fillRelayWithUpdatedDeposit', [
        relay,
        ...repayment,
        amount,
        update.updatedRecipient,
        update.updatedMessage,
        update.depositorSignature,
      ]);
    else await filler.call(spokePool, 'fillRelay', [relay, ...repayment]);
    this.#open.delete(deposit);
  }

  async #approve({ chainId, filler, spokePool }, token) {
    const key = `${chainId}:${token.address}`;
    if (this.#approved.has(key)) return;
    await filler.call(token, 'approve', [spokePool.address, ethers.MaxUint256]);
    this.#approved.add(key);
  }

  async #giveBack(deposit) {
    if (!this.#open.delete(deposit)) return;
    const { transactionHash } = await refund(deposit.origin, deposit.relay);
    deposit.status = 'refunded';
    deposit.refundTx = transactionHash;
  }
}

async function timeOf({ rpc }) {
  return Number((await rpc.call('eth_getBlockByNumber', ['latest', false])).timestamp);
}

/** The token of `chain` at the address in the bytes32 `word`; undefined for one nobody trades. */
function tokenAt(chain, word) {
  const address = addressIn(word);
  return Object.values(chain.token).find((token) => token.address === address);
}
