// The requests of one client, made from the seed alone (and the clock, for deadlines).
import { BET_INTENT, base64, ethers, fromBase64, micro, signTransfer, usd } from '../support.mjs';
import { bytes32, seeded } from './random.mjs';

const intentDomain = ({ payTo }) => ({
  name: 'Headroom', version: '1', chainId: 137, verifyingContract: payTo,
});
const PAYMENT_LIFE_S = 200; // about the longest the service takes; a repeat may come later
const seconds = () => Math.floor(Date.now() / 1000);
const cents = (random, least, most) => usd(BigInt(random.between(least, most)) * 10_000n);

/** What x402 asks for, with the amount left open. */
export async function paymentTerms(house) {
  const { headers } = await house.call('POST', '/deposit', { body: { amount: '1.00' } });
  const { accepts: [accepted], resource } = fromBase64(headers.get('payment-required'));
  return { accepted, resource };
}

/**
 * An endless source of requests for one client and its wallet. Each is {kind, name, user, amount, send: {path, key, body, raw,
 * headers, idempotency}, expect}: `expect` ("422 exceeds_max_bet", ...) on those of kind "refusal" only.
 */
export function requestsOf({ seed, client, wallet, markets, terms, lastBet }) {
  const random = seeded(seed, 'client', client);
  let n = 0;

  async function deposit(amount) {
    const accepted = { ...terms.accepted, amount: String(micro(amount)) };
    const authorization = {
      from: wallet.address, to: accepted.payTo, value: accepted.amount, validAfter: '0',
      validBefore: String(seconds() + PAYMENT_LIFE_S), nonce: bytes32(seed, client, n),
    };
    const signature = await signTransfer(wallet, accepted, authorization);
    const payment = { x402Version: 2, accepted, resource: terms.resource, payload: { authorization, signature } };
    return {
      kind: 'deposit', user: wallet.address, amount: micro(amount), nonce: authorization.nonce, payment,
      send: { path: '/deposit', body: { amount }, headers: { 'payment-signature': base64(payment) } },
    };
  }

  async function bet(change) {
    const market = random.pick(markets);
    const deadline = seconds() + random.between(4, 12);
    const body = {
      user_address: wallet.address, token_id: market.token_id, amount: cents(random, 150, 600),
      max_price: usd(micro(market.price) + micro(market.tick_size)), deadline: new Date(deadline * 1000).toISOString(), ...change,
    };
    const request = { kind: 'bet', user: wallet.address, send: { path: '/bets', key: 'trade', body, idempotency: `crash-${client}-${n}` } };
    if (change || !random.chance(0.2)) return request;
    body.signature = await wallet.signTypedData(intentDomain(terms.accepted), BET_INTENT, {
      user: wallet.address, tokenId: body.token_id, amount: micro(body.amount), maxPrice: micro(body.max_price),
      idempotencyKey: ethers.id(request.send.idempotency), deadline,
    });
    request.send.key = null;
    return request;
  }

  const refused = async (expect, change, edit = () => {}) => {
    const request = await bet(change);
    edit(request.send);
    return { ...request, kind: 'refusal', expect };
  };
  const short = '422 insufficient_balance'; // the user's own money is looked at first
  const refusals = {
    'too large': () => refused(['422 exceeds_max_bet', short], { amount: '5000000.00' }),
    'below the minimum': () => refused(['422 amount_too_small', short], { amount: '0.50' }),
    'off the tick': () => refused(['422 price_off_tick', short], { max_price: '0.123456' }),
    'an unknown market': () => refused(['422 unknown_market', short], { token_id: '12345' }),
    'seven decimals': () => refused(['400 invalid_field'], { amount: '1.0000001' }),
    'a late deadline': () => refused(['422 deadline_passed'], { deadline: new Date(Date.now() - 5000).toISOString() }),
    'no token': () => refused(['400 invalid_field'], { token_id: undefined }),
    'bad JSON': () => refused(['400 bad_request'], {}, (send) => { send.raw = '{"user_address":'; delete send.body; }),
    'no key': () => refused(['401 unauthorized'], {}, (send) => { send.key = null; }),
    'a key without the right': () => refused(['403 forbidden'], {}, (send) => { send.key = 'read'; }),
    'no Idempotency-Key': () => refused(['400 idempotency_key_required'], {}, (send) => { delete send.idempotency; }),
    "another bet's key": async () => {
      const earlier = lastBet();
      if (!earlier) return bet();
      const { body, ...rest } = earlier.send;
      return { kind: 'refusal', expect: ['409 key_reused'], send: { ...rest, body: { ...body, amount: usd(micro(body.amount) + 10_000n) } } };
    },
    'a forged payment': async () => {
      const { payment, send } = await deposit('3.00');
      const value = '2999999';
      const forged = { ...payment, payload: { ...payment.payload, authorization: { ...payment.payload.authorization, value } } };
      return { kind: 'refusal', expect: ['402 invalid_exact_evm_signature'], send: { ...send, headers: { 'payment-signature': base64(forged) } } };
    },
    'a bad amount to deposit': async () => ({ kind: 'refusal', expect: ['400 invalid_field'], send: { path: '/deposit', body: { amount: '-1' } } }),
  };

  return async function next() {
    n += 1;
    if (n === 1) return deposit('300.00'); // so that most bets can be paid
    const roll = random.below(100);
    if (roll < 12) return deposit(cents(random, 100, 3000));
    if (roll < 75) return bet();
    const name = random.pick(Object.keys(refusals));
    return { ...(await refusals[name]()), name };
  };
}
