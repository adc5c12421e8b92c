// LayerZero: the real endpoints and the OFT messengers, and an actor that plays verifiers and
// executor.
import { ethers } from 'ethers';
import { compiled, realArtifact } from './compile.mjs';
import { sleep } from './rpc.mjs';

const NATIVE_FEE = ethers.parseEther('0.01');
// type 3: 80000 gas, as live USDT0 enforces
const ENFORCED_OPTIONS = '0x00030100110100000000000000000000000000013880';
const OFT_SEND = 1;
const POLL_MS = 100;
export const OFT_MODES = ['auto', 'hold', 'drop', 'verify'];

/**
 * Endpoint, message library and messenger on `chain`; the messenger may mint and burn
 * `chain.token.usdt0`.
 */
export async function deployLayerZero(chain) {
  const { deployer: me } = chain;
  const endpoint = await me.deploy(realArtifact('EndpointV2'), [chain.eid, me.address]);
  const library = await me.deploy(realArtifact('SimpleMessageLib'), [endpoint.address, me.address]);
  const { TestOFT } = await compiled('TestOFT.sol');
  const oft = await me.deploy(TestOFT, [chain.token.usdt0.address, endpoint.address, me.address]);
  await me.call(chain.token.usdt0, 'setMinter', [oft.address, true]);
  Object.assign(chain, { endpoint, library, oft });
}

/** Opens the way from `chain` to `other` and back in. */
export async function connectLayerZero(chain, other) {
  const { deployer: me, endpoint, library, oft } = chain;
  await me.call(endpoint, 'registerLibrary', [library.address]);
  await me.call(endpoint, 'setDefaultSendLibrary', [other.eid, library.address]);
  await me.call(endpoint, 'setDefaultReceiveLibrary', [other.eid, library.address, 0]);
  await me.call(library, 'setMessagingFee', [NATIVE_FEE, 0]);
  await me.call(oft, 'setPeer', [other.eid, ethers.zeroPadValue(other.oft.address, 32)]);
  await me.call(oft, 'setEnforcedOptions', [
    [{ eid: other.eid, msgType: OFT_SEND, options: ENFORCED_OPTIONS }],
  ]);
}

/**
 * Delivers packets between two chains until stopped. `hold` keeps them queued, `drop` forgets new
 * and queued ones, `verify` verifies them and executes none, as executors that sleep. What failed or
 * was only verified is tried again when asked for (`retry`).
 */
export class LayerZeroRelay {
  #mode = 'auto';
  #delayMs = 0;
  #queue = [];
  #failed = []; // verified at best: an executor gives up, a second try is asked for
  #seen = 0;
  #running = true;
  #delivered = 0;

  constructor(left, right) {
    for (const [from, to] of [
      [left, right],
      [right, left],
    ])
      from.events.on(from.endpoint, 'PacketSent', ({ args }) => this.#take(to, args.encodedPayload));
    this.#run();
  }

  status() {
    return {
      mode: this.#mode,
      delay_ms: this.#delayMs,
      seen: this.#seen,
      queued: this.#queue.length,
      failed: this.#failed.length,
      delivered: this.#delivered,
    };
  }

  set({ mode = this.#mode, delayMs = this.#delayMs }) {
    this.#mode = mode;
    this.#delayMs = delayMs;
    if (mode === 'drop') this.#queue.length = 0;
    return this.status();
  }

  /** Tries once more what could not be delivered. */
  retry() {
    this.#queue.push(...this.#failed.splice(0));
    return this.status();
  }

  stop() {
    this.#running = false;
  }

  async #run() {
    for (; this.#running; await sleep(POLL_MS)) await this.#deliverDue();
  }

  #take(to, packet) {
    this.#seen += 1;
    if (this.#mode !== 'drop') this.#queue.push({ to, packet, due: Date.now() + this.#delayMs });
  }

  async #deliverDue() {
    const active = () => this.#mode === 'auto' || this.#mode === 'verify';
    while (this.#running && active() && this.#queue[0]?.due <= Date.now()) {
      const { to, packet } = this.#queue.shift();
      const failed = () => this.#failed.push({ to, packet, due: Date.now() });
      try {
        if (this.#mode === 'verify') {
          await verify(to, packet);
          failed();
          continue;
        }
        await deliver(to, packet);
        this.#delivered += 1;
      } catch (e) {
        failed();
        console.error(`[sandbox] relay: packet not delivered: ${e.message}`);
      }
    }
  }
}

/** validatePacket stands in for the verifiers. */
const verify = (to, packet) => to.relayer.call(to.library, 'validatePacket', [packet]);

/** lzReceive is what an executor calls; anybody may. */
async function deliver(to, packet) {
  const { nonce, srcEid, sender, receiver, guid, message } = parsePacket(packet);
  await verify(to, packet);
  await to.relayer.call(to.endpoint, 'lzReceive', [
    [srcEid, sender, nonce],
    receiver,
    guid,
    message,
    '0x',
  ]);
}

/**
 * Packet v1: version 1 | nonce 8 | srcEid 4 | sender 32 | dstEid 4 | receiver 32 | guid 32 |
 * message.
 */
function parsePacket(packet) {
  const at = (offset, size) => ethers.dataSlice(packet, offset, offset + size);
  return {
    nonce: BigInt(at(1, 8)),
    srcEid: Number(at(9, 4)),
    sender: at(13, 32),
    receiver: ethers.getAddress(at(61, 20)),
    guid: at(81, 32),
    message: ethers.dataSlice(packet, 113),
  };
}
