// What a user's page does, without a page: sign in, read what is one's own, hear of it, bet with a browser's own key.
import assert from 'node:assert/strict';
import { randomBytes, randomUUID, webcrypto } from 'node:crypto';
import { after, before, test } from 'node:test';
import { BET_INTENT, ethers, micro, NO_CONVERSION, signInMessage, startHouse, until, walletOf } from './support.mjs';

let house, alice, bob, deep;

before(async () => {
  house = await startHouse({
    opening: '1000',
    sandboxArgs: ['--users', '4'],
    overrides: { conversion: NO_CONVERSION, http: { stream_pace_ms: 10 } },
  });
  [alice, bob] = house.users;
  [deep] = house.markets;
  await house.fund(alice, '100.00');
  await house.fund(bob, '50.00');
});
after(() => house?.close());

// -- signing in

const newNonce = async () => (await house.call('GET', '/session/nonce')).body.nonce;
const message = (wallet, nonce, over) => signInMessage(house.url, wallet, nonce, over);
const signIn = async (wallet, text) =>
  house.call('POST', '/session', { body: { message: text, signature: await wallet.signMessage(text) } });
const session = (user) => house.session(user);
const refused = (answer, status, code) => assert.deepEqual([answer.status, answer.body.code], [status, code], answer.text);

test('a wallet signs in once for one nonce, at this site alone', async () => {
  const wallet = walletOf(alice);
  const { chain_ids: chains } = (await house.call('GET', '/app/config')).body.bet.domain;
  const nonce = await newNonce();
  const text = message(wallet, nonce, { chain: chains[0] });
  const first = await signIn(wallet, text);
  assert.equal(first.status, 201, first.text);
  assert.match(first.headers.get('set-cookie'), /hr_session=hs_[0-9a-f]{64}; Path=\/; HttpOnly; SameSite=Strict/);
  refused(await signIn(wallet, text), 401, 'unauthorized');
  for (const over of [{ host: 'evil.example' }, { uri: 'https://evil.example' }, { lasts: 90_000 }, { lasts: -1 }, { chain: 1 }])
    refused(await signIn(wallet, message(wallet, await newNonce(), { chain: chains[0], ...over })), 401, 'unauthorized');
  const other = message(wallet, await newNonce(), { chain: chains[0] });
  refused(await signIn(walletOf(bob), other), 401, 'unauthorized');
});

test('each reads their own; what is another\'s does not exist', async () => {
  const token = await session(alice);
  const me = await house.call('GET', '/me', { key: token });
  assert.deepEqual([me.status, me.body.address, me.body.balance, me.body.max_bet], [200, alice.address, '100.00', '100.00']);
  const others = await house.get(`/deposits?user_address=${bob.address}`);
  for (const path of [`/deposits?user_address=${bob.address}`, `/bets?user_address=${bob.address}`, `/balance?user_address=${bob.address}`,
    `/history?user_address=${bob.address}`])
    refused(await house.call('GET', path, { key: token }), 404, 'not_found');
  refused(await house.call('GET', `/deposits/${others.body.deposits[0].deposit_id}`, { key: token }), 404, 'not_found');
  refused(await house.call('GET', '/audit/solvency', { key: token }), 403, 'forbidden');
});

test('a session outlives the service, and a sign-out ends it', async () => {
  const token = await session(bob);
  await house.service.kill();
  await house.service.start();
  assert.equal((await house.call('GET', '/session', { key: token })).body.address, bob.address);
  assert.equal((await house.call('DELETE', '/session', { key: token })).status, 204);
  refused(await house.call('GET', '/session', { key: token }), 401, 'unauthorized');
});

test('a service key signs in to the operators\' page and moves no money there', async () => {
  const answer = await house.call('POST', '/session', { body: { service_key: house.keys.trade } });
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(answer.body.scopes, []);
  const body = { user_address: alice.address, token_id: deep.token_id, amount: '1', max_price: '0.50' };
  refused(await house.call('POST', '/bets', { key: answer.body.token, body, idempotency: randomUUID() }), 403, 'forbidden');
});

// -- events

/** Listens until `end` is called; what was heard is in `events`. */
async function listen(token, topics, last) {
  const cut = new AbortController();
  const answer = await fetch(`${house.url}/events?topics=${topics}`, {
    headers: { authorization: `Bearer ${token}`, ...(last ? { 'last-event-id': last } : {}) },
    signal: cut.signal,
  });
  assert.equal(answer.status, 200);
  const events = [];
  const reading = (async () => {
    let text = '';
    for await (const chunk of answer.body.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      const parts = text.split('\n\n');
      text = parts.pop();
      for (const part of parts) {
        const fields = Object.fromEntries(part.split('\n').map((line) => line.split(/: ?(.*)/s)));
        if (fields.event) events.push({ event: fields.event, id: fields.id, data: JSON.parse(fields.data) });
      }
    }
  })().catch(() => {});
  return { events, end: () => (cut.abort(), reading) };
}
const named = (heard, name) => heard.events.filter((e) => e.data.event === name);

test('a bet is heard of by its user alone, and who comes back hears what was missed', async () => {
  const [hers, his] = [await session(alice), await session(bob)];
  const [a, b] = [await listen(hers, 'me,buffer'), await listen(his, 'me,buffer')];
  const wanted = { user_address: alice.address, token_id: deep.token_id, amount: '5', max_price: '0.50' };
  const { body: bet } = await house.bet(wanted);
  await until('the fill', () => named(a, 'bet.filled').some((e) => e.data.bet_id === bet.bet_id));
  await until('the buffer', () => b.events.some((e) => e.event === 'buffer'));
  assert.equal(named(b, 'bet.placed').length, 0);
  assert.equal(named(a, 'bet.placed').length, 1);
  await a.end();
  const { body: missed } = await house.bet(wanted);
  await house.settledBet(missed.bet_id);
  const back = await listen(hers, 'me', named(a, 'bet.filled').at(-1).id);
  await until('what was missed', () => named(back, 'bet.filled').some((e) => e.data.bet_id === missed.bet_id));
  assert.equal(named(back, 'bet.placed').length, 1, 'and nothing twice');
  await Promise.all([b.end(), back.end()]);
});

// -- a browser's own key

const DELEGATION = {
  BetDelegation: [
    ['user', 'address'],
    ['publicKey', 'bytes'],
    ['perBet', 'uint256'],
    ['total', 'uint256'],
    ['expires', 'uint256'],
    ['salt', 'bytes32'],
  ].map(([name, type]) => ({ name, type })),
};
const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };

async function delegated(user, token, perBet, total, lasts = 3600) {
  const keys = await webcrypto.subtle.generateKey(ALGORITHM, false, ['sign', 'verify']);
  const terms = {
    user: user.address,
    publicKey: ethers.hexlify(new Uint8Array(await webcrypto.subtle.exportKey('raw', keys.publicKey))),
    perBet: micro(perBet),
    total: micro(total),
    expires: Math.floor(Date.now() / 1000) + lasts,
    salt: ethers.hexlify(randomBytes(32)),
  };
  const answer = await house.call('POST', '/delegations', {
    key: token,
    body: {
      user_address: user.address,
      public_key: terms.publicKey,
      per_bet: perBet,
      total,
      expires_at: new Date(terms.expires * 1000).toISOString(),
      salt: terms.salt,
      signature: await walletOf(user).signTypedData(await house.betDomain(), DELEGATION, terms),
    },
  });
  assert.equal(answer.status, 201, answer.text);
  return { id: answer.body.delegation_id, keys };
}
async function press(user, { id, keys }, amount, idempotency = randomUUID()) {
  const deadline = Math.floor(Date.now() / 1000) + 300;
  const digest = ethers.TypedDataEncoder.hash(await house.betDomain(), BET_INTENT, {
    user: user.address,
    tokenId: deep.token_id,
    amount: micro(amount),
    maxPrice: micro('0.50'),
    idempotencyKey: ethers.keccak256(ethers.toUtf8Bytes(idempotency)),
    deadline,
  });
  const signature = new Uint8Array(await webcrypto.subtle.sign(ALGORITHM, keys.privateKey, ethers.getBytes(digest)));
  return house.call('POST', '/bets', {
    idempotency,
    body: {
      user_address: user.address,
      token_id: deep.token_id,
      amount,
      max_price: '0.50',
      deadline: new Date(deadline * 1000).toISOString(),
      delegation_id: id,
      signature: ethers.hexlify(signature),
    },
  });
}

test('a browser\'s key bets within each of its bounds, and not beyond', async () => {
  const token = await session(alice);
  const own = await delegated(alice, token, '5.00', '12.00');
  const { body: first } = await press(alice, own, '5');
  assert.equal(first.status, 'filled');
  refused(await house.unchanged(() => press(alice, own, '5.01')), 422, 'exceeds_delegation');
  const many = await Promise.all([...Array(6)].map(() => press(alice, own, '4')));
  const taken = many.filter((x) => x.status === 201).length;
  assert.ok(taken >= 1 && taken <= 2, `${taken} of six bets of 4 beside 5 of 12`);
  const { body: list } = await house.call('GET', '/delegations', { key: token });
  const { spent } = list.delegations.find((d) => d.delegation_id === own.id);
  assert.ok(micro(spent) <= micro('12.00'), spent);
  const stolen = { id: own.id, keys: (await delegated(bob, await session(bob), '5', '10')).keys };
  refused(await house.unchanged(() => press(alice, stolen, '1')), 401, 'unauthorized');
});

test('revoked by its user or by an operator, it bets no more; what it bet is answered all the same', async () => {
  const token = await session(bob);
  const own = await delegated(bob, token, '5.00', '12.00');
  const idempotency = randomUUID();
  const placed = await press(bob, own, '1', idempotency);
  assert.equal(placed.status, 201, placed.text);
  const gone = await house.call('DELETE', `/delegations/${own.id}`, { key: token });
  assert.ok(gone.body.revoked_at);
  refused(await house.unchanged(() => press(bob, own, '1')), 403, 'delegation_ended');
  const other = await delegated(bob, token, '5.00', '12.00');
  assert.equal((await house.call('DELETE', `/delegations/${other.id}`, { key: 'operate' })).status, 200);
  refused(await house.unchanged(() => press(bob, other, '1')), 403, 'delegation_ended');
});

test('the history has everything, as pages and as a file', async () => {
  const token = await session(alice);
  const { body } = await house.call('GET', '/history?limit=100', { key: token });
  assert.ok(body.entries.some((e) => e.kind === 'deposit' && e.amount === '100.00' && e.tx_hash));
  assert.ok(body.entries.some((e) => e.kind === 'bet' && e.status === 'filled' && e.amount.startsWith('-')));
  const file = await house.call('GET', '/history.csv', { key: token });
  assert.equal(file.text.trim().split('\r\n').length, body.entries.length + 1);
});
