// What carries LayerZero's packets: verifiers sign, somebody commits, the executor delivers; each as far as
// a test lets it.
import { ethers } from 'ethers';
import { RECEIVE_GAS, setConfirmations } from './layerzero.mjs';
import { sleep } from './rpc.mjs';

const POLL_MS = 100;
const HEADER = 81; // bytes of a packet before guid and message
const TOO_LITTLE_GAS = 5_000;
/**
 * How far packets come. half: one of two verifiers signed; sign: both did, nobody committed; verify:
 * committed, not executed; alert: the execution failed.
 */
export const OFT_MODES = ['auto', 'hold', 'drop', 'half', 'sign', 'verify', 'alert'];
const ACTIVE = ['auto', 'half', 'sign', 'verify', 'alert'];

/**
 * Carries packets between two chains until stopped. `hold` keeps them queued, `drop` forgets new and
 * queued ones. What stopped halfway is carried on when asked for (`retry`).
 */
export class LayerZeroRelay {
  #mode = 'auto';
  #delayMs = 0;
  #queue = [];
  #failed = []; // undelivered: an executor gives up, a second try is asked for
  #seen = 0;
  #running = true;
  #delivered = 0;
  #ends;

  constructor(left, right) {
    this.#ends = [left, right];
    for (const [from, to] of [
      [left, right],
      [right, left],
    ])
      from.events.on(from.endpoint, 'PacketSent', ({ args }) =>
        this.#take(to, args.encodedPayload),
      );
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
      confirmations: this.#ends[0].confirmations,
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

  /** What both ways' configuration asks for from now on. */
  async confirm(blocks) {
    const [left, right] = this.#ends;
    await Promise.all([
      setConfirmations(left, right, blocks),
      setConfirmations(right, left, blocks),
    ]);
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
    while (this.#running && ACTIVE.includes(this.#mode) && this.#queue[0]?.due <= Date.now()) {
      const { to, packet } = this.#queue.shift();
      try {
        if (await carry(to, packet, this.#mode)) {
          this.#delivered += 1;
          continue;
        }
        if (this.#mode === 'auto') console.error('[sandbox] relay: the execution failed');
      } catch (e) {
        console.error(`[sandbox] relay: packet not delivered: ${e.message}`);
      }
      this.#failed.push({ to, packet, due: Date.now() });
    }
  }
}

/** As far as `mode` says; answers whether the receiver has it. */
async function carry(to, packet, mode) {
  const parsed = parsePacket(packet);
  if (await hasReceived(to, parsed)) return true; // somebody else executed it
  const { header, payloadHash } = parsed;
  const { relayer, verifiers, receiveLibrary, confirmations } = to;
  const signing = mode === 'half' ? verifiers.slice(0, 1) : verifiers;
  await Promise.all(
    signing.map((verifier) =>
      relayer.call(verifier, 'verify', [
        receiveLibrary.address,
        header,
        payloadHash,
        confirmations,
      ]),
    ),
  );
  if (mode === 'half' || mode === 'sign') return false;
  await relayer.call(receiveLibrary, 'commitVerification', [header, payloadHash]); // anybody may
  if (mode === 'verify') return false;
  return execute(to, parsed, mode === 'alert' ? TOO_LITTLE_GAS : RECEIVE_GAS);
}

async function execute({ relayer, executor, endpoint }, packet, gas) {
  const { nonce, srcEid, sender, receiver, guid, message } = packet;
  const origin = [srcEid, sender, nonce];
  const { logs } = await relayer.call(executor, 'execute', [origin, receiver, guid, message, gas]);
  const names = logs.map((log) => endpoint.abi.parseLog(log)?.name);
  return names.includes('PacketDelivered');
}

async function hasReceived({ rpc, endpoint }, { receiver, srcEid, sender, nonce }) {
  const [latest] = await rpc.read(endpoint, 'lazyInboundNonce', [receiver, srcEid, sender]);
  if (nonce > latest) return false;
  const [hash] = await rpc.read(endpoint, 'inboundPayloadHash', [receiver, srcEid, sender, nonce]);
  return hash === ethers.ZeroHash;
}

/**
 * Packet v1: version 1 | nonce 8 | srcEid 4 | sender 32 | dstEid 4 | receiver 32 | guid 32 |
 * message.
 */
function parsePacket(packet) {
  const at = (offset, size) => ethers.dataSlice(packet, offset, offset + size);
  return {
    header: at(0, HEADER),
    payloadHash: ethers.keccak256(ethers.dataSlice(packet, HEADER)),
    nonce: BigInt(at(1, 8)),
    srcEid: Number(at(9, 4)),
    sender: at(13, 32),
    receiver: ethers.getAddress(at(61, 20)),
    guid: at(81, 32),
    message: ethers.dataSlice(packet, 113),
  };
}
