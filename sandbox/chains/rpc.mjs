// A JSON-RPC client and a transaction sender: one sender per account, one transaction at a time.
import { ethers } from 'ethers';

const CALL_TIMEOUT_MS = 30_000;
const RECEIPT_TIMEOUT_MS = 60_000;
// enough for the largest deployment; estimates would only slow the start
const GAS_LIMIT = 8_000_000n;
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Rpc {
  #id = 0;

  constructor(url) {
    this.url = url;
  }

  async call(method, params = []) {
    const body = JSON.stringify({ jsonrpc: '2.0', id: ++this.#id, method, params });
    const signal = AbortSignal.timeout(CALL_TIMEOUT_MS);
    const answer = await fetch(this.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body,
      signal,
    });
    const { result, error } = await answer.json();
    if (error) {
      const { code, data } = error;
      throw Object.assign(new Error(`${method}: ${error.message}`), { code, data });
    }
    return result;
  }

  async blockNumber() {
    return Number(await this.call('eth_blockNumber'));
  }

  /** The receipt of a transaction that was sent; throws when none comes in time. */
  async receipt(hash) {
    for (const end = Date.now() + RECEIPT_TIMEOUT_MS; Date.now() < end; await sleep(5)) {
      const receipt = await this.call('eth_getTransactionReceipt', [hash]);
      if (receipt) return receipt;
    }
    throw new Error(`no receipt of ${hash}`);
  }

  /** A view function of `contract` ({address, abi as ethers.Interface}), decoded. */
  async read(contract, name, args = []) {
    const data = contract.abi.encodeFunctionData(name, args);
    const raw = await this.call('eth_call', [{ to: contract.address, data }, 'latest']);
    return contract.abi.decodeFunctionResult(name, raw);
  }
}

export class Sender {
  #rpc;
  #wallet;
  #chainId;
  #nonce;
  #tail = Promise.resolve();

  constructor(rpc, chainId, wallet) {
    this.#rpc = rpc;
    this.#chainId = chainId;
    this.#wallet = wallet;
    this.address = wallet.address;
  }

  /** Sends and waits for the receipt; throws when the transaction reverts. */
  send(tx) {
    const result = this.#tail.then(() => this.#send(tx));
    this.#tail = result.catch(() => {
      this.#nonce = undefined;
    }); // unknown outcome: ask the chain again
    return result;
  }

  /** After a reorganisation: the next send asks the chain for its nonce. */
  forget() {
    this.#nonce = undefined;
  }

  call(contract, name, args = [], more = {}) {
    return this.send({
      to: contract.address,
      data: contract.abi.encodeFunctionData(name, args),
      ...more,
    });
  }

  async deploy({ abi, bytecode }, args = []) {
    const iface = new ethers.Interface(abi);
    const receipt = await this.send({ data: ethers.concat([bytecode, iface.encodeDeploy(args)]) });
    return { address: ethers.getAddress(receipt.contractAddress), abi: iface };
  }

  async #send(tx) {
    this.#nonce ??= Number(
      await this.#rpc.call('eth_getTransactionCount', [this.address, 'latest']),
    );
    const raw = await this.#wallet.signTransaction({
      type: 2,
      chainId: this.#chainId,
      nonce: this.#nonce,
      gasLimit: GAS_LIMIT,
      maxFeePerGas: ethers.parseUnits('100', 'gwei'),
      maxPriorityFeePerGas: ethers.parseUnits('1', 'gwei'),
      ...tx,
    });
    const hash = await this.#rpc.call('eth_sendRawTransaction', [raw]);
    this.#nonce += 1;
    const receipt = await this.#rpc.receipt(hash);
    if (receipt.status !== '0x1') throw new Error(`transaction ${hash} reverted`);
    return receipt;
  }
}
