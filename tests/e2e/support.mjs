// One running house per test file, and short words for what the tests do with it.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID } from 'node:crypto';
import { decimal, micro } from '../../sandbox/clob/amounts.mjs';
import { ethers } from '../../sandbox/stack/clients.mjs';
import { run, until } from '../../sandbox/stack/process.mjs';
import { startStack } from '../../sandbox/stack/stack.mjs';
import { contractOf } from './contract.mjs';

export { decimal, ethers, micro, run, until };
/** 5500000n -> "5.50": two to six decimals, as the API writes amounts. */
export function usd(value) {
  const digits = value.toString().padStart(7, '0');
  return `${digits.slice(0, -6)}.${digits.slice(-6).replace(/0{1,4}$/, '')}`;
}
export const base64 = (value) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64');
export const fromBase64 = (text) => JSON.parse(Buffer.from(text, 'base64').toString());

/**
 * For `overrides`: deposits wait for company that never comes, so that no conversion moves the
 * books meanwhile.
 */
/** Deposits from elsewhere stay where they are; what needs no conversion is booked as always. */
export const NO_CONVERSION = { routes: [{ name: 'direct' }] };

/** Starts a stack (options of startStack). Answers the stack with the words below. */
export async function startHouse(options) {
  const stack = await startStack(options);
  try {
    return await furnished(stack);
  } catch (error) {
    await stack.stop().catch(() => {}); // the first error is the one to be seen
    throw error;
  }
}

async function furnished(stack) {
  const ready = stack.ready();
  const { url, keys } = ready;
  const contract = contractOf(await (await fetch(`${url}/openapi.json`)).json());

  /** fetch, with every answer of the service held against its OpenAPI document: for other clients. */
  async function checkedFetch(target, init) {
    const request = new Request(target, init);
    const sent = request.body === null ? '' : await request.clone().text();
    const answer = await fetch(request);
    const text = await answer.clone().text();
    judge(request.method, new URL(request.url).pathname, sent, answer, text);
    return answer;
  }
  function judge(method, path, sent, answer, text) {
    const type = answer.headers.get('content-type');
    const body = /json/.test(type ?? '') && text ? JSON.parse(text) : text;
    contract.check({
      method,
      path,
      status: answer.status,
      type,
      body,
      requestId: answer.headers.get('request-id'),
      sent: jsonOrNothing(sent),
    });
    if (answer.status >= 400 && answer.status !== 402 && path !== '/readyz' && method !== 'HEAD')
      assert.match(type, /^application\/problem\+json/, `${method} ${path}: ${text}`);
    return body;
  }

  /**
   * One request. `key` names a scope, null for none; `body` is sent as JSON, `raw` as it is. Every
   * answer is held against the OpenAPI document. Answers {status, headers, body, text}.
   */
  async function call(
    method,
    path,
    { key = null, body, raw, headers = {}, using = fetch, idempotency } = {},
  ) {
    const sent = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const answer = await using(`${url}${path}`, {
      method,
      headers: {
        ...(key ? { authorization: `Bearer ${keys[key] ?? key}` } : {}),
        ...(body !== undefined || raw !== undefined ? { 'content-type': 'application/json' } : {}),
        ...(idempotency ? { 'idempotency-key': idempotency } : {}),
        ...headers,
      },
      body: sent,
    });
    const text = await answer.text();
    const parsed = judge(method, path.split('?')[0], sent, answer, text);
    return { status: answer.status, headers: answer.headers, body: parsed, text };
  }
  const get = (path, key = 'read') => call('GET', path, { key });

  /** What psql answers to one query, as text. */
  const sql = async (query) =>
    (await run('psql', ['-XAtq', ready.database_url, '-c', query])).trim();
  const json = async (query) =>
    JSON.parse(await sql(`SELECT coalesce(json_agg(r), '[]') FROM (${query}) r`));

  /** Everything that a refused request must leave alone, in one text. */
  const books = () =>
    sql(`SELECT json_build_array(
    (SELECT json_agg(b) FROM (SELECT user_address, balance FROM balances ORDER BY 1) b),
    (SELECT json_agg(a) FROM (SELECT account, balance FROM ledger_accounts ORDER BY 1) a),
    (SELECT row_to_json(l) FROM (SELECT usdc_balance, min_buffer_size, max_buffer_size, total_deposited, total_withdrawn
      FROM liquidity_buffer) l),
    (SELECT json_agg(p) FROM (SELECT token, user_address, shares, selling, cost, payout FROM positions ORDER BY 1, 2) p),
    (SELECT count(*) FROM postings), (SELECT count(*) FROM bets), (SELECT count(*) FROM sales), (SELECT count(*) FROM deposits), (SELECT count(*) FROM withdrawals),
    (SELECT count(*) FROM conversions), (SELECT count(*) FROM chain_operations), (SELECT count(*) FROM replenishments))`);
  /** Runs `action`, then checks that the books are as before. */
  async function unchanged(action) {
    const before = await books();
    const result = await action();
    assert.equal(await books(), before, 'the books changed');
    return result;
  }

  const balance = async (user) =>
    micro((await get(`/balance?user_address=${user.address ?? user}`)).body.balance);
  const buffer = async () => (await call('GET', '/buffer/status')).body;

  /** POST to the venue double's control, or the sandbox's. */
  const venue = (name, body) => control(`${ready.venue.control_url}/${name}`, body);
  const faults = (...list) => Promise.all(list.map((fault) => venue('faults', fault)));
  const order = async (hash) => (await venue(`state?id=${hash}`)).orders[0];
  const sandbox = (path) => control(`${ready.control_url}${path}`, {});

  /**
   * One transfer authorization by `wallet` for `amount`, as the v2 header says it. `change` edits
   * it before signing; its `chain` (plasma, polygon, base) names another source than the first, its
   * `asset` another token than the first of that chain.
   */
  async function payment(wallet, amount, change = {}) {
    const { headers } = await call('POST', '/deposit', { body: { amount } });
    const { accepts, resource } = fromBase64(headers.get('payment-required'));
    const network = change.chain && `eip155:${ready[change.chain].chain_id}`;
    const asset = (change.asset ?? '').toLowerCase();
    const accepted = accepts.find(
      (a) => a.network === (network || a.network) && a.asset.toLowerCase() === (asset || a.asset.toLowerCase()),
    );
    const authorization = {
      from: wallet.address,
      to: accepted.payTo,
      value: accepted.amount,
      validAfter: '0',
      validBefore: String(Math.floor(Date.now() / 1000) + accepted.maxTimeoutSeconds),
      nonce: ethers.hexlify(randomBytes(32)),
      ...change.authorization,
    };
    const signature = await signTransfer(wallet, accepted, authorization, change.domain);
    return {
      x402Version: 2,
      accepted: { ...accepted, ...change.accepted },
      resource,
      payload: { authorization, signature },
    };
  }
  const pay = (amount, value, headers = {}) =>
    call('POST', '/deposit', {
      body: { amount },
      headers: {
        'payment-signature': typeof value === 'string' ? value : base64(value),
        ...headers,
      },
    });

  /**
   * Deposits `amount` for `user` ({address, private_key}), on `chain` or the first source's, in `asset` or its first
   * token, and waits for the credit. Answers the deposit.
   */
  async function fund(user, amount, chain, asset) {
    const answer = await pay(amount, await payment(walletOf(user), amount, { chain, asset }));
    assert.equal(answer.status, 201, answer.text);
    return until('the credit', async () => {
      const { body } = await get(`/deposits/${answer.body.deposit_id}`);
      return body.credited_at && body;
    });
  }

  /** What users of this deployment sign under, as ethers takes it. */
  const betDomain = async () => {
    const { domain } = (await call('GET', '/app/config')).body.bet;
    return {
      name: domain.name,
      version: domain.version,
      chainId: domain.chain_ids[0],
      verifyingContract: domain.verifying_contract,
    };
  };
  /** Signs `user` in ({address, private_key}); answers the session's token. */
  async function session(user) {
    const wallet = walletOf(user);
    const { nonce } = (await call('GET', '/session/nonce')).body;
    const { chainId: chain } = await betDomain();
    const message = signInMessage(url, wallet, nonce, { chain });
    const answer = await call('POST', '/session', { body: { message, signature: await wallet.signMessage(message) } });
    assert.equal(answer.status, 201, answer.text);
    return answer.body.token;
  }
  /** POST /bets by service key; the key for repeating is a fresh one unless given. */
  const bet = (body, { key = 'trade', idempotency = randomUUID() } = {}) =>
    call('POST', '/bets', { key, body, idempotency });
  const placed = (path, timeoutMs) =>
    until(
      path,
      async () => {
        const { body } = await get(path);
        return body.status !== 'placing' && body;
      },
      timeoutMs,
    );
  /** Waits until a bet is no longer placing. */
  const settledBet = (id, timeoutMs = 20_000) => placed(`/bets/${id}`, timeoutMs);
  const settledSale = (id, timeoutMs = 20_000) => placed(`/sales/${id}`, timeoutMs);
  /** POST /positions/{token_id}/sell, as `bet`. */
  const sell = (token, body, { key = 'trade', idempotency = randomUUID() } = {}) =>
    call('POST', `/positions/${token.token_id}/sell`, { key, body, idempotency });

  /** A user's position in one token; without one all of it is zero. */
  async function position(user, token) {
    const { body } = await get(`/positions?user_address=${user.address}&limit=200`);
    const mine = body.positions.filter((p) => p.token_id === token.token_id);
    assert.ok(mine.length <= 1, `two positions in one token: ${JSON.stringify(mine)}`);
    return mine[0] ?? { shares: '0.00', selling: '0.00', cost: '0.00', status: 'none' };
  }
  /** What the venue account has on the local chain once every fill is settled there: {pusd, shares: {token_id}}. */
  async function held() {
    const { pusd, shares } = await venue(`chain?address=${ready.pay_to}`);
    const amounts = Object.entries(shares).map(([id, amount]) => [id, BigInt(amount)]);
    return { pusd: BigInt(pusd), shares: Object.fromEntries(amounts) };
  }
  /**
   * What the account has of pUSD and USDC.e beyond the buffer. No bet, sale or payout changes it by a micro-dollar,
   * where `settles` was asked for.
   */
  async function spare() {
    const { pusd } = await held();
    const usdce = await token('polygon', ready.polygon.usdce).balanceOf(ready.pay_to);
    return pusd + usdce - micro((await buffer()).usdc_balance);
  }
  /** The alerts that last, of the kinds and the subject asked for. */
  async function alerts(kinds, subject) {
    const { body } = await get('/operator/alerts', 'inspect');
    return body.alerts.filter(
      (a) => !a.cleared_at && kinds.test(a.kind) && (subject ?? a.subject) === a.subject,
    );
  }

  const rpc = { plasma: provider(stack.sandbox.plasma), polygon: provider(stack.sandbox.polygon) };
  const token = (chain, address) => new ethers.Contract(address, TOKEN, rpc[chain]);

  return Object.assign(stack, {
    ...ready,
    contract,
    checkedFetch,
    call,
    get,
    sql,
    json,
    books,
    unchanged,
    balance,
    buffer,
    venue,
    faults,
    order,
    control: sandbox,
    payment,
    pay,
    fund,
    betDomain,
    session,
    bet,
    settledBet,
    sell,
    settledSale,
    position,
    held,
    spare,
    alerts,
    rpc,
    token,
    /** The end of every file: the books replay, then everything stops. */
    async close() {
      try {
        assert.match(await stack.service.verify(), /the books are clean/);
      } finally {
        for (const p of Object.values(rpc)) p.destroy();
        await stack.stop();
      }
    },
  });
}

function jsonOrNothing(text) {
  try {
    return text ? JSON.parse(text) : undefined;
  } catch {
    return undefined;
  }
}

const TOKEN = [
  'function balanceOf(address) view returns (uint256)',
  'function transferWithAuthorization(address,address,uint256,uint256,uint256,bytes32,bytes)',
  'function cancelAuthorization(address,bytes32,bytes)',
  'event Transfer(address indexed from, address indexed to, uint256 value)',
];
const uint = (name) => ({ name, type: 'uint256' });
const TRANSFER = {
  TransferWithAuthorization: [
    { name: 'from', type: 'address' },
    { name: 'to', type: 'address' },
    uint('value'),
    uint('validAfter'),
    uint('validBefore'),
    { name: 'nonce', type: 'bytes32' },
  ],
};

export const walletOf = (user) => new ethers.Wallet(user.private_key);
export const domainOf = ({ network, asset, extra }) => ({
  name: extra.name,
  version: extra.version,
  chainId: Number(network.split(':')[1]),
  verifyingContract: asset,
});
export const signTransfer = (wallet, accepted, authorization, domain) =>
  wallet.signTypedData({ ...domainOf(accepted), ...domain }, TRANSFER, authorization);

/** The public test mnemonic's accounts 0..9 have coins on both chains and nothing else to do. */
export const bystander = (provider_, index = 5) =>
  ethers.HDNodeWallet.fromPhrase(
    'test test test test test test test test test test test junk',
    undefined,
    `m/44'/60'/0'/0/${index}`,
  ).connect(provider_);

/** Nothing cached: ethers would repeat an answer of the last 250 ms, an account's nonce included. */
function provider({ direct_rpc: url, chain_id: chainId }) {
  return new ethers.JsonRpcProvider(url, chainId, {
    staticNetwork: true,
    polling: true,
    pollingInterval: 50,
    cacheTimeout: -1,
  });
}

/** What a user signs for a bet (EIP-712). */
export const BET_INTENT = {
  BetIntent: [
    ['user', 'address'],
    ['tokenId', 'uint256'],
    ['amount', 'uint256'],
    ['maxPrice', 'uint256'],
    ['idempotencyKey', 'bytes32'],
    ['deadline', 'uint256'],
  ].map(([name, type]) => ({ name, type })),
};

/** What a page at `url` has its bettor sign (EIP-4361). */
export function signInMessage(url, wallet, nonce, { host = new URL(url).host, uri = url, lasts = 43_200, chain = 137 } = {}) {
  const at = (s) => new Date(Date.now() + s * 1000).toISOString();
  return [
    `${host} wants you to sign in with your Ethereum account:`,
    wallet.address,
    '',
    'See your balance, bets and deposits at Headroom. This moves no money.',
    '',
    `URI: ${uri}`,
    'Version: 1',
    `Chain ID: ${chain}`,
    `Nonce: ${nonce}`,
    `Issued At: ${at(0)}`,
    `Expiration Time: ${at(lasts)}`,
  ].join('\n');
}

async function control(url, body) {
  const answer = await fetch(
    url,
    body === undefined
      ? {}
      : {
          method: 'POST',
          body: JSON.stringify(body),
          headers: { 'content-type': 'application/json' },
        },
  );
  const value = await answer.json();
  assert.ok(answer.ok, `${url}: ${JSON.stringify(value)}`);
  return value;
}
