// The events of one chain, for all the doubles that act on them: one look every 100 ms whoever
// listens, none twice.
import { ethers } from 'ethers';
import { sleep } from './rpc.mjs';

const POLL_MS = 100;
const RESCAN_BLOCKS = 20; // a test may reorganise the chain

export class Events {
  #rpc;
  #listeners = []; // {address, topic, hear}
  #seen = new Set();
  #next = 0; // first block not yet scanned
  #running = false;

  constructor(rpc) {
    this.#rpc = rpc;
  }

  /**
   * `hear({args, log})` for each event `name` of `contract` ({address, abi}) from block 0 on, in the
   * order of the chain; again when a reorganisation moves it into another block.
   */
  on(contract, name, hear) {
    const { address, abi } = contract;
    const topic = abi.getEvent(name).topicHash;
    const parsed = (log) => hear({ args: abi.parseLog(log).args, log });
    this.#listeners.push({ address: address.toLowerCase(), topic, hear: parsed });
  }

  /** Listeners are all there: looks from now on, until stopped. */
  start() {
    if (this.#listeners.length === 0) return;
    this.#running = true;
    this.#run();
  }

  stop() {
    this.#running = false;
  }

  async #run() {
    for (; this.#running; await sleep(POLL_MS)) {
      await this.#look().catch(
        (e) => this.#running && console.error(`[sandbox] events: ${e.message}`),
      );
    }
  }

  async #look() {
    const head = await this.#rpc.blockNumber();
    if (head === this.#next - 1) return;
    const fromBlock = Math.max(0, Math.min(this.#next, head) - RESCAN_BLOCKS);
    const filter = {
      address: [...new Set(this.#listeners.map((l) => l.address))],
      topics: [[...new Set(this.#listeners.map((l) => l.topic))]],
      fromBlock: ethers.toQuantity(fromBlock),
      toBlock: ethers.toQuantity(head),
    };
    for (const log of await this.#rpc.call('eth_getLogs', [filter])) {
      const key = `${log.blockHash}:${log.logIndex}`;
      if (this.#seen.has(key)) continue;
      this.#seen.add(key);
      const address = log.address.toLowerCase();
      for (const l of this.#listeners)
        if (l.address === address && l.topic === log.topics[0]) l.hear(log);
    }
    this.#next = head + 1;
  }
}
