// Sees what reaches the doubles on one source chain: one loop for all of them, and it costs one call while no
// block comes.
import { ethers } from 'ethers';
import { sleep } from '../chains/rpc.mjs';

const POLL_MS = 200;
const RESCAN_BLOCKS = 20; // a test may reorganise the chain
export const TRANSFER = ethers.id('Transfer(address,address,uint256)');

/**
 * Reports each log once, whichever block its transaction stands in: a reorganisation makes no second one.
 * `interest` = {address, topic, found(log)}; `onHead(number)` hears of each new head.
 */
export class Watcher {
  #chain;
  #interests = [];
  #onHead = [];
  #seen = new Set();
  #next;
  #running = true;
  #looking = Promise.resolve();
  head = 0;

  constructor(chain) {
    this.#chain = chain;
    this.#run();
  }

  add(interest) {
    this.#interests.push(interest);
  }

  onHead(heard) {
    this.#onHead.push(heard);
  }

  /** Resolves when all up to the present head is reported. */
  look() {
    this.#looking = this.#looking.then(() => this.#look());
    return this.#looking;
  }

  stop() {
    this.#running = false;
  }

  async #run() {
    for (; this.#running; await sleep(POLL_MS)) await this.look();
  }

  async #look() {
    try {
      const head = await this.#chain.rpc.blockNumber();
      if (head === this.head) return;
      this.#next ??= head;
      const fromBlock = Math.max(0, Math.min(this.#next, head) - RESCAN_BLOCKS);
      await this.#read(fromBlock, head);
      [this.head, this.#next] = [head, head + 1];
      for (const heard of this.#onHead) heard(head);
    } catch (e) {
      if (this.#running) console.error(`[sandbox] watcher of ${this.#chain.name}: ${e.message}`);
    }
  }

  async #read(fromBlock, toBlock) {
    if (this.#interests.length === 0) return;
    const filter = {
      address: [...new Set(this.#interests.map((i) => i.address))],
      topics: [[...new Set(this.#interests.map((i) => i.topic))]],
      fromBlock: ethers.toQuantity(fromBlock),
      toBlock: ethers.toQuantity(toBlock),
    };
    const equal = new Map(); // a log -> how often this answer has it: two equal ones of one transaction are two
    for (const log of await this.#chain.rpc.call('eth_getLogs', [filter])) {
      const what = [log.transactionHash, log.address, log.topics, log.data].join(':');
      equal.set(what, (equal.get(what) ?? 0) + 1);
      const key = `${what}:${equal.get(what)}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      for (const { address, topic, found } of this.#interests)
        if (same(address, log.address) && topic === log.topics[0]) found(log);
    }
  }
}

const same = (a, b) => a.toLowerCase() === b.toLowerCase();

/** {from, to, amount} of an ERC-20 Transfer. */
export const transferOf = (log) => ({
  from: ethers.getAddress(ethers.dataSlice(log.topics[1], 12)),
  to: ethers.getAddress(ethers.dataSlice(log.topics[2], 12)),
  amount: BigInt(log.data),
});
