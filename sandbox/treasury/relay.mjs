// Relay: quotes a price at once, takes a deposit on a source chain, and pays USDC on Polygon itself.
import { randomBytes, randomUUID } from 'node:crypto';
import { ethers } from 'ethers';
import { mint } from '../chains/tokens.mjs';
import { parseJson, Refusal } from '../http.mjs';
import { changes, flag, integer, money, oneOf } from '../query.mjs';
import { startHost } from './host.mjs';
import { currencyOf, FORGERIES, nameOf, paidIn, quoteOf } from './relay_quote.mjs';

const PPM = 1_000_000n;
const KEPT = 10_000;
// what becomes of a deposit
export const OUTCOMES = ['fill', 'never', 'delay', 'refund', 'failure'];
const SETTINGS = {
  price_ppm: integer(10_000_000), // what quotes promise, of a million
  fill_ppm: integer(1_000_000), // how much of its promise a fill pays
  outcome: oneOf(OUTCOMES),
  forge: oneOf(FORGERIES),
  outage: flag(),
  silent_after: money(), // an outage begins with the answer to a quote of so much; 0: none
  fill_ms: integer(3_600_000), // from each status to the next
  time_estimate: integer(86_400), // seconds, as quoted
  max: money(), // above: no route
};
const FAULTS = {
  rate_limited: {
    status: 429,
    body: { message: 'Too many requests' },
    headers: { 'retry-after': '1' },
  },
  no_quotes: { status: 400, body: refusal('NO_QUOTES', 'no quotes available') },
};
const same = (a, b) => a.toLowerCase() === b.toLowerCase();

function refusal(errorCode, message) {
  return { message, errorCode, requestId: randomUUID() };
}

/**
 * `sources` are the chains that may be paid on, `hot(chain)` the sender that pays there, `polygon` where USDC is
 * delivered. Answers {describe(), set(query), status(), host, close()}.
 */
export async function startRelay({ sources, polygon, depository, hot }) {
  const settings = {
    price_ppm: 999_500,
    fill_ppm: 1_000_000,
    outcome: 'fill',
    forge: 'none',
    outage: false,
    silent_after: 0n,
    fill_ms: 100,
    time_estimate: 3,
    max: 1_000_000_000_000n,
  };
  const relay = new Relay({ sources, polygon, depository, hot, settings });
  for (const chain of sources) relay.watch(chain);
  const host = await startHost((call) => relay.answer(call), FAULTS);
  return {
    host,
    describe: () => ({ url: host.url, depository: depository.address }),
    set(query) {
      Object.assign(settings, changes(SETTINGS, query));
      if (query.outcome !== undefined) relay.resume();
      return settings;
    },
    status: () => relay.counts(),
    close() {
      relay.close();
      host.close();
    },
  };
}

class Relay {
  #c;
  #requests = new Map(); // request id -> its row
  #closed = false;

  constructor(context) {
    this.#c = context;
  }

  counts() {
    const all = [...this.#requests.values()];
    const statuses = ['waiting', 'pending', 'submitted', 'delayed', 'success', 'refund', 'failure'];
    return Object.fromEntries(statuses.map((s) => [s, all.filter((r) => r.status === s).length]));
  }

  close() {
    this.#closed = true;
  }

  watch(chain) {
    const token = paidIn(chain);
    chain.events.on(this.#c.depository, 'RelayErc20Deposit', ({ args, log }) => {
      if (same(args.token, token.address))
        this.#deposited(this.#requests.get(args.id), args.amount, log);
    });
    chain.events.on(token, 'Transfer', ({ args, log }) => {
      const row = [...this.#requests.values()].find((r) => r.depositAddress === args.to);
      this.#deposited(row, args.value, log);
    });
  }

  async answer({ method, path, query, body }) {
    if (this.#c.settings.outage)
      throw new Refusal(503, 'outage', { body: { message: 'Service Unavailable' } });
    if (method === 'GET' && path === '/chains') return { body: { chains: this.#chains() } };
    if (method === 'GET' && path === '/intents/status/v3')
      return { body: this.#status(query.get('requestId')) };
    if (method === 'POST' && path === '/quote/v2')
      return { body: await this.#quote(parseJson(Buffer.from(body))) };
    throw new Refusal(404, 'not found', { body: { message: `Route ${method}:${path} not found` } });
  }

  #chains() {
    const { sources, polygon } = this.#c;
    return [...sources, polygon].map((chain) => ({
      id: chain.chainId,
      name: nameOf(chain),
      displayName: nameOf(chain),
      depositEnabled: true,
      disabled: false,
      blockProductionLagging: false,
      vmType: 'evm',
      erc20Currencies: [currencyOf(chain, paidIn(chain))],
      contracts: { relayDepository: this.#c.depository.address.toLowerCase() },
    }));
  }

  #status(requestId) {
    const row = this.#requests.get(requestId);
    if (!row) throw new Refusal(404, 'unknown', { body: { message: 'Request not found' } });
    return {
      status: row.status,
      ...(row.status === 'failure' ? { failReason: 'UNKNOWN' } : {}),
      inTxHashes: row.inTxHashes,
      txHashes: row.txHashes,
      quoteCreatedAt: row.createdAt,
      updatedAt: row.updatedAt,
      originChainId: row.chain.chainId,
      destinationChainId: this.#c.polygon.chainId,
    };
  }

  async #quote(input) {
    const { settings, sources, polygon } = this.#c;
    const chain = sources.find((c) => c.chainId === input.originChainId);
    if (!chain) bad('INVALID_INPUT_CURRENCY', `Chain ${input.originChainId} is not supported`);
    for (const name of ['user', 'originCurrency', 'destinationCurrency'])
      if (!ethers.isAddress(input[name] ?? '')) bad('INVALID_ADDRESS', `${name} is not an address`);
    if (
      input.destinationChainId !== polygon.chainId ||
      !same(input.destinationCurrency, polygon.token.usdc.address)
    )
      bad('NO_QUOTES', 'no quotes available');
    if (!same(input.originCurrency, paidIn(chain).address)) bad('NO_QUOTES', 'no quotes available');
    if (input.tradeType !== 'EXACT_INPUT') bad('INVALID_INPUT', 'tradeType must be EXACT_INPUT');
    if (!/^[1-9]\d{0,30}$/.test(input.amount ?? ''))
      bad('INVALID_INPUT', 'amount must be a positive integer');
    const amount = BigInt(input.amount);
    if (amount > settings.max) bad('NO_SWAP_ROUTES_FOUND', 'no routes found');
    const row = {
      id: ethers.hexlify(randomBytes(32)),
      status: 'waiting',
      chain,
      user: ethers.getAddress(input.user),
      recipient: ethers.getAddress(input.recipient ?? input.user),
      refundTo: ethers.getAddress(input.refundTo ?? input.user),
      amount,
      out: (amount * BigInt(settings.price_ppm)) / PPM,
      inTxHashes: [],
      txHashes: [],
      createdAt: Date.now(),
      updatedAt: Date.now(),
    };
    if (input.useDepositAddress === true)
      row.depositAddress = ethers.getAddress(ethers.dataSlice(ethers.id(row.id), 12));
    this.#requests.set(row.id, row);
    if (this.#requests.size > KEPT) this.#requests.delete(this.#requests.keys().next().value);
    if (amount === settings.silent_after) settings.outage = true;
    return quoteOf(row, this.#c);
  }

  // -- after the deposit

  #deposited(row, amount, log) {
    if (!row || row.status !== 'waiting') return;
    row.inTxHashes.push(log.transactionHash);
    row.paid = amount;
    this.#now(row, 'pending');
    this.#later(row);
  }

  /** Goes on with what an outcome of before had stopped. */
  resume() {
    for (const row of this.#requests.values()) if (row.stopped) this.#later(row);
  }

  #later(row) {
    row.stopped = false;
    setTimeout(
      () => this.#finish(row).catch((e) => this.#failed(row, e)),
      this.#c.settings.fill_ms,
    ).unref();
  }

  async #finish(row) {
    if (this.#closed) return;
    const { outcome } = this.#c.settings;
    row.stopped = outcome === 'never' || outcome === 'delay';
    if (outcome === 'delay') this.#now(row, 'delayed');
    if (row.stopped) return;
    if (outcome === 'failure') return void this.#now(row, 'failure');
    const fill = outcome === 'fill';
    const chain = fill ? this.#c.polygon : row.chain;
    const promised = (row.paid * row.out) / row.amount;
    const amount = fill ? (promised * BigInt(this.#c.settings.fill_ppm)) / PPM : row.paid;
    this.#now(row, 'submitted');
    row.txHashes.push(await this.#pay(chain, fill ? row.recipient : row.refundTo, amount, row.id));
    this.#now(row, fill ? 'success' : 'refund');
  }

  #failed(row, error) {
    if (this.#closed) return;
    // it may be on its way: a failure would say that it is not
    console.error(`[sandbox] relay: ${row.id} stays ${row.status}: ${error.message}`);
  }

  /** The request's id stands behind the calldata, as really. */
  async #pay(chain, to, amount, id) {
    const token = paidIn(chain);
    const sender = this.#c.hot(chain);
    await mint(chain.deployer, token, sender.address, ethers.formatUnits(amount, 6));
    const data = ethers.concat([token.abi.encodeFunctionData('transfer', [to, amount]), id]);
    return (await sender.send({ to: token.address, data })).transactionHash;
  }

  #now(row, status) {
    Object.assign(row, { status, updatedAt: Date.now() });
  }
}

function bad(errorCode, message) {
  throw new Refusal(400, message, { body: refusal(errorCode, message) });
}
