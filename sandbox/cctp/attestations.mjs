// Circle's attesters: they see burns, wait, and sign. A test says when, and who mints first.
import { ethers } from 'ethers';
import { sleep } from '../chains/rpc.mjs';
import { DOMAIN } from './circle.mjs';
import { numberIn, withFields } from './messages.mjs';

const TICK_MS = 100;
const BPS = 10_000n;
const FAST = 1000n;
const FINALIZED = 2000n;
const EXPIRES_AFTER_BLOCKS = 100_000;
export const ATTEST_MODES = ['auto', 'never'];
/** At the start, and after a reset. */
export const ATTESTING = {
  mode: 'auto',
  delay_ms: 0,
  steal: false,
  expired: false,
  fast_fee_bps: 1,
};

export class Attestations {
  settings = { ...ATTESTING };
  #chains; // domain -> chain
  #signers;
  #burns = new Map(); // nonce -> burn, in the order seen
  #waiting = new Set();
  #stolen = 0;
  #running = true;

  /** `signers`: wallets in increasing order of their addresses. */
  constructor(chains, signers) {
    this.#chains = new Map(chains.map((chain) => [DOMAIN[chain.name], chain]));
    this.#signers = signers;
    for (const chain of chains)
      chain.events.on(chain.messageTransmitter, 'MessageSent', (event) => this.#sent(event));
    this.#run();
  }

  stop() {
    this.#running = false;
  }

  knows(domain) {
    return this.#chains.has(domain);
  }

  status() {
    return {
      ...this.settings,
      burns: this.#burns.size,
      waiting: this.#waiting.size,
      stolen: this.#stolen,
    };
  }

  set(change) {
    Object.assign(this.settings, change);
    return this.status();
  }

  /** Burns of a source domain by transaction or nonce, in the order of their logs. */
  find(domain, { transactionHash, nonce }) {
    return [...this.#burns.values()].filter(
      (burn) =>
        burn.sourceDomain === domain &&
        (transactionHash === undefined || burn.tx === transactionHash.toLowerCase()) &&
        (nonce === undefined || burn.nonce === nonce.toLowerCase()),
    );
  }

  /**
   * Signs a fast message anew, as finalized. Answers undefined for an unknown nonce, false when it is
   * that already.
   */
  reattest(nonce) {
    const burn = this.#burns.get(nonce.toLowerCase());
    if (!burn?.message) return undefined;
    if (numberIn(burn.message, 'finalityThresholdExecuted') >= FINALIZED) return false;
    const anew = { finalityThresholdExecuted: FINALIZED, expirationBlock: 0n };
    Object.assign(burn, this.#signed(burn.message, anew));
    return true;
  }

  #sent({ args, log }) {
    const nonce = ethers.solidityPackedKeccak256(
      ['bytes32', 'uint256'],
      [log.transactionHash, log.logIndex],
    );
    if (this.#burns.has(nonce)) return; // a reorganisation moved it
    const burn = {
      nonce,
      tx: log.transactionHash,
      raw: args.message,
      sourceDomain: Number(numberIn(args.message, 'sourceDomain')),
      message: null,
      attestation: null,
      delayReason: null,
      due: Date.now() + this.settings.delay_ms,
    };
    this.#burns.set(nonce, burn);
    this.#waiting.add(burn);
  }

  async #run() {
    for (; this.#running; await sleep(TICK_MS)) {
      for (const burn of [...this.#waiting]) {
        if (this.settings.mode === 'never' || Date.now() < burn.due || !this.#running) continue;
        await this.#attest(burn).catch(
          (e) => this.#running && console.error(`[sandbox] attestation: ${e.message}`),
        );
        this.#waiting.delete(burn);
      }
    }
  }

  async #attest(burn) {
    const destination = this.#chains.get(Number(numberIn(burn.raw, 'destinationDomain')));
    const signed = this.#signed(burn.raw, {
      nonce: burn.nonce,
      ...(await this.#terms(burn, destination)),
    });
    if (this.settings.steal)
      await this.#steal(destination, signed).catch((e) =>
        console.error(`[sandbox] not minted first: ${e.message}`),
      );
    Object.assign(burn, signed);
  }

  /** Fast when asked for and the fee allows, otherwise as finalized and for nothing. */
  async #terms(burn, destination) {
    const standard = { finalityThresholdExecuted: FINALIZED };
    if (numberIn(burn.raw, 'minFinalityThreshold') > FAST) return standard;
    const amount = numberIn(burn.raw, 'amount');
    const fee = (amount * BigInt(this.settings.fast_fee_bps) + BPS - 1n) / BPS;
    if (numberIn(burn.raw, 'maxFee') < fee) {
      burn.delayReason = 'insufficient_fee';
      return standard;
    }
    const head = await destination.rpc.blockNumber();
    const expirationBlock = this.settings.expired ? head : head + EXPIRES_AFTER_BLOCKS;
    return {
      finalityThresholdExecuted: FAST,
      feeExecuted: fee,
      expirationBlock: BigInt(expirationBlock),
    };
  }

  /** Somebody else mints before we tell; not when the burn names who may. */
  async #steal({ relayer, messageTransmitter }, { message, attestation }) {
    if (numberIn(message, 'destinationCaller') !== 0n) return;
    await relayer.call(messageTransmitter, 'receiveMessage', [message, attestation]);
    this.#stolen += 1;
  }

  #signed(raw, fields) {
    const message = withFields(raw, fields);
    const digest = ethers.keccak256(message);
    const signatures = this.#signers.map((wallet) => wallet.signingKey.sign(digest).serialized);
    return { message, attestation: ethers.concat(signatures) };
  }
}
