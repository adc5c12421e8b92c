// The worked tour: one real x402 payment becomes a bet, a part of it is sold, its market is resolved and paid out.
// Every line is what the live API answered.
import './webcrypto.mjs';
import crypto from 'node:crypto';
import { x402Client } from '@x402/core/client';
import { ExactEvmScheme } from '@x402/evm/exact/client';
import { wrapFetchWithPayment } from '@x402/fetch';
import { privateKeyToAccount } from 'viem/accounts';
import { until } from './process.mjs';

const AMOUNT = '250.00';
const BET = '25.37';
const SOLD = '10.00'; // of the shares
const WON = [1, 0];

/** A fetch that pays 402s of this deployment with the unmodified official client. */
export function payingFetch({ plasma }, privateKey, atomicLimit = '100000000000') {
  const client = new x402Client().register(
    'eip155:*',
    new ExactEvmScheme(privateKeyToAccount(privateKey)),
  );
  client.setSpendControls({
    allowedAssets: [
      {
        network: `eip155:${plasma.chain_id}`,
        asset: plasma.usdt0,
        maxAmountPerPayment: atomicLimit,
      },
    ],
  });
  return wrapFetchWithPayment(fetch, client);
}

export function api({ url, keys }) {
  const call = async (method, path, { key = 'read', body, headers = {}, using = fetch } = {}) => {
    const answer = await using(`${url}${path}`, {
      method,
      headers: {
        ...(key ? { authorization: `Bearer ${keys[key]}` } : {}),
        ...(body ? { 'content-type': 'application/json' } : {}),
        ...headers,
      },
      body: body && JSON.stringify(body),
    });
    return { status: answer.status, headers: answer.headers, body: await answer.json() };
  };
  return {
    get: (path, options) => call('GET', path, options),
    post: (path, body, options) => call('POST', path, { ...options, body }),
  };
}

/** POST to the venue's control: what only the sandbox can do. */
async function venueDoes({ venue }, name, body) {
  const answer = await fetch(`${venue.control_url}/${name}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const value = await answer.json();
  if (!answer.ok) throw new Error(`the venue's ${name}: ${JSON.stringify(value)}`);
  return value;
}

export async function tour(ready, say) {
  const { get, post } = api(ready);
  const [user] = ready.users;
  // one of its own, for at its end it is over
  const [market] = await venueDoes(ready, 'markets', {
    slug: 'worked-tour',
    question: 'Does the worked tour end well?',
  });
  const started = Date.now();
  const at = () => `${((Date.now() - started) / 1000).toFixed(1).padStart(5)} s`;
  const step = (title, text) => say(`${at()}  ${title.padEnd(12)} ${text}`);

  say('\nThe tour: USDT0 on Plasma becomes a bet on Polymarket, and the bet is won\n');
  const before = (await get('/buffer/status', { key: null })).body;
  step('buffer', `${before.usdc_balance} USDC on Polygon stand behind every bet`);

  const expect = (answer, ...statuses) => {
    if (!statuses.includes(answer.status))
      throw new Error(`the API answered ${answer.status}: ${JSON.stringify(answer.body)}`);
    return answer;
  };
  const unpaid = await post('/deposit', { amount: AMOUNT }, { key: null });
  expect(unpaid, 402);
  step(
    '402',
    `POST /deposit answers ${unpaid.status}: ${unpaid.body.accepts[0].maxAmountRequired} micro-USDT0 to ${unpaid.body.accepts[0].payTo}`,
  );
  const paid = await post(
    '/deposit',
    { amount: AMOUNT },
    { key: null, using: payingFetch(ready, user.private_key) },
  );
  expect(paid, 201);
  step(
    'paid',
    `${paid.status}: deposit ${paid.body.deposit_id}, ${paid.body.amount} USDT0, tx ${paid.body.tx_hash}`,
  );

  const balance = await until('the credit', async () => {
    const { body } = await get(`/balance?user_address=${user.address}`);
    return Number(body.balance) > 0 && body;
  });
  step(
    'credited',
    `${balance.user_address} may bet ${balance.max_bet} USDC (limited by ${balance.limiting_factor}), deposit is ${paid.body.status}`,
  );

  const placed = await post(
    '/bets',
    {
      user_address: user.address,
      token_id: market.token_id,
      amount: BET,
      max_price: (Number(market.price) + 0.05).toFixed(2),
    },
    { key: 'trade', headers: { 'idempotency-key': `tour-${crypto.randomUUID()}` } },
  );
  const bet = expect(placed, 201).body;
  step(
    'bet',
    `${placed.status} ${bet.status}: ${bet.shares} shares at ${bet.average_price}, spent ${bet.spent}, fee ${bet.fee}, back ${bet.refunded}`,
  );
  step('order', `${bet.order_hash}`);

  const sale = expect(
    await post(
      `/positions/${market.token_id}/sell`,
      { user_address: user.address, shares: SOLD, min_price: '0.45' },
      { key: 'trade', headers: { 'idempotency-key': `tour-${crypto.randomUUID()}` } },
    ),
    201,
  ).body;
  step(
    'sold',
    `${sale.sold} of the shares at ${sale.average_price}: ${sale.credited} USDC back at once`,
  );
  await venueDoes(ready, 'resolve', { condition_id: market.condition_id, payouts: WON });
  step('resolved', `${market.outcome} wins, as the oracle tells the Conditional Tokens`);

  const done = await until(
    'the conversion',
    async () => {
      const { body } = await get(`/deposits/${paid.body.deposit_id}`);
      return ['completed', 'failed'].includes(body.status) && body;
    },
    60_000,
    200,
  );
  if (done.status !== 'completed') throw new Error(`the deposit: ${JSON.stringify(done)}`);
  for (const s of done.conversion.steps)
    step(s.name, `${s.state}: ${s.amount_in} in, ${s.amount_out} out, tx ${s.tx_hash}`);
  const conversion = (await get(`/conversions/${done.conversion.conversion_id}`)).body;
  step(
    'converted',
    `deposit ${done.status}: ${conversion.received} USDC arrived, ${conversion.loss} lost on the way`,
  );

  const settled = await until(
    'the payout',
    async () => {
      const { body } = await get(`/bets/${bet.bet_id}`);
      return body.status === 'settled' && body;
    },
    30_000,
    200,
  );
  step(settled.result, `${settled.payout} USDC for the shares that were left`);

  const after = (await get('/buffer/status', { key: null })).body;
  step(
    'buffer',
    `${after.usdc_balance} USDC: ${before.usdc_balance} - bet + refund + sale + payout + what arrived`,
  );
  const audit = (await get('/audit/solvency')).body;
  if (!audit.solvent) throw new Error(`the audit: ${JSON.stringify(audit)}`);
  step('audit', `solvent: ${audit.solvent}, difference ${audit.difference} USDC`);
}
