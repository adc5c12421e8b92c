// Carries what is paid into a Stargate pool to the pool beyond: a taxi at once, a bus when it departs.
import { randomBytes } from 'node:crypto';
import { ethers } from 'ethers';
import { Refusal } from '../http.mjs';
import { changes, flag, integer, money, oneOf } from '../query.mjs';

const SETTINGS = {
  mode: oneOf(['auto', 'hold', 'drop']), // of taxis, and of buses that departed
  bus_ms: integer(3_600_000), // a bus departs by itself so long after its first passenger; 0: only when told
  delay_ms: integer(3_600_000),
};
const POOL = { credit: money(), paused: flag(), fee_ppm: integer(1_000_000) };

/** Answers {describe(), set(query), status(), close()}. */
export function startStargate(pools) {
  const settings = { mode: 'auto', bus_ms: 0, delay_ms: 0 };
  const carrier = new Carrier(settings);
  for (const pool of pools)
    pool.chain.events.on(pool.contract, 'Carried', ({ args, log }) =>
      carrier.board(pool, args, log.transactionHash),
    );
  return {
    describe: () => Object.fromEntries(pools.map((p) => [`${p.name}_pool`, p.contract.address])),
    async set({ pool: name, credit, paused, fee_ppm: feePpm, depart, ...rest }) {
      Object.assign(settings, changes(SETTINGS, rest));
      if (depart !== undefined) carrier.depart();
      carrier.go();
      if (name === undefined) return carrier.status();
      const pool = pools.find((p) => p.name === name);
      if (!pool) throw new Refusal(400, `pool must be one of ${pools.map((p) => p.name)}`);
      return setPool(pool, { credit, paused, fee_ppm: feePpm });
    },
    status: () => carrier.status(),
    close: () => carrier.close(),
  };
}

async function setPool({ chain, contract, other }, wanted) {
  const given = Object.entries(wanted).filter(([, text]) => text !== undefined);
  const { credit, paused, fee_ppm: feePpm } = changes(POOL, Object.fromEntries(given));
  const get = async (name, args) => (await chain.rpc.read(contract, name, args))[0];
  const { deployer } = chain;
  if (credit !== undefined) await deployer.call(contract, 'setCredit', [other.chain.eid, credit]);
  if (paused !== undefined || feePpm !== undefined)
    await deployer.call(contract, 'setTerms', [
      paused ?? (await get('paused')),
      feePpm ?? (await get('feePpm')),
    ]);
  return {
    credit: await get('paths', [other.chain.eid]),
    paused: await get('paused'),
    fee_ppm: await get('feePpm'),
  };
}

class Carrier {
  #settings;
  #road = []; // on their way: {pool, guid, to, amount}
  #bus = []; // waiting for the departure
  #timer;
  #delivered = 0;
  #seen = new Set();
  #busy = Promise.resolve();
  #closed = false;

  constructor(settings) {
    this.#settings = settings;
  }

  status() {
    const { mode, bus_ms, delay_ms } = this.#settings;
    return {
      mode,
      bus_ms,
      delay_ms,
      queued: this.#road.length,
      bus: this.#bus.length,
      delivered: this.#delivered,
    };
  }

  /** Once a transaction's message, however often a reorganisation shows it. */
  board(pool, { guid, to, amount, ticketId }, txHash) {
    const message = `${txHash}:${guid}:${ticketId}`;
    if (this.#seen.has(message)) return undefined;
    this.#seen.add(message);
    if (guid !== ethers.ZeroHash) {
      this.#road.push({ pool, guid, to, amount });
      return this.go();
    }
    this.#bus.push({ pool, to, amount });
    if (this.#settings.bus_ms > 0)
      this.#timer ??= setTimeout(() => this.depart(), this.#settings.bus_ms);
    return undefined;
  }

  /** All passengers travel under the bus's one guid. */
  depart() {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const guid = ethers.hexlify(randomBytes(32));
    this.#road.push(...this.#bus.splice(0).map((passenger) => ({ ...passenger, guid })));
    this.go();
  }

  go() {
    if (this.#settings.mode === 'drop') this.#road.length = 0;
    this.#busy = this.#busy.then(() => this.#deliver());
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #deliver() {
    while (!this.#closed && this.#settings.mode === 'auto' && this.#road.length > 0) {
      const { pool, guid, to, amount } = this.#road.shift();
      if (this.#settings.delay_ms > 0)
        await new Promise((r) => setTimeout(r, this.#settings.delay_ms).unref());
      const { chain, contract } = pool.other;
      try {
        await chain.deployer.call(contract, 'deliver', [guid, pool.chain.eid, to, amount]);
        this.#delivered += 1;
      } catch (e) {
        if (!this.#closed) console.error(`[sandbox] stargate: ${guid} not delivered: ${e.message}`);
      }
    }
  }
}
