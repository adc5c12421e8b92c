// Every failure switch does what it says, and what it leaves behind is what a service must find
// afterwards.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { post, request, sleep, startSandbox, Trader, until } from './support.mjs';

let sandbox, venue, deep, trader;

before(async () => {
  sandbox = await startSandbox(['--no-chains']);
  venue = sandbox.info.venue;
  [deep] = sandbox.info.markets;
  trader = await new Trader(venue).login();
});
after(() => sandbox?.stop());
afterEach(() => request(`${venue.control_url}/faults`, { method: 'DELETE' }));

const arm = async (fault) =>
  assert.equal((await post(`${venue.control_url}/faults`, fault)).status, 200);
const seen = async (id = trader.lastId) =>
  (await request(`${venue.control_url}/state?id=${id}`)).json.orders[0];
const pusd = async () =>
  (await request(`${venue.control_url}/balance?address=${trader.address}`)).json.pusd;
const dropped = { code: 'ECONNRESET' };

test('drop_before_accept: the connection breaks, the venue knows nothing, the same bytes work', async () => {
  await arm({ kind: 'drop_before_accept' });
  const payload = await trader.payload(deep);
  await assert.rejects(trader.call('POST', '/order', payload), dropped);
  assert.equal(await seen(), undefined);
  assert.equal((await trader.call('POST', '/order', payload)).json.status, 'matched');
});

test('drop_after_accept: the connection breaks, but the order filled', async () => {
  await arm({ kind: 'drop_after_accept' });
  const payload = await trader.payload(deep);
  await assert.rejects(trader.call('POST', '/order', payload), dropped);
  assert.equal((await seen()).fills.length, 1);
  const found = await trader.call('GET', `/data/order/${trader.lastId}`);
  assert.equal(found.json.size_matched, '20');
  assert.match((await trader.call('POST', '/order', payload)).json.error, /Duplicated/);
  assert.equal((await seen()).fills.length, 1, 'at most once');
});

test('delay: the answer comes late, the order is filled at once', async () => {
  await arm({ kind: 'delay', delay_ms: 2000 });
  const started = Date.now();
  const late = trader.buy(deep);
  await until(async () => (await seen())?.fills.length === 1, 1900);
  assert.equal((await late).json.status, 'matched');
  assert.ok(Date.now() - started >= 2000);
  await arm({ kind: 'delay', delay_ms: 2000 });
  const payload = await trader.payload(deep);
  await assert.rejects(trader.call('POST', '/order', payload, { timeoutMs: 100 }), /timeout/);
  await until(async () => (await seen())?.fills.length === 1);
});

test('error_500_before_accept and error_500_after_accept look alike; only one filled', async () => {
  await arm({ kind: 'error_500_before_accept' });
  assert.equal((await trader.buy(deep)).status, 500);
  assert.equal(await seen(), undefined);
  await arm({ kind: 'error_500_after_accept' });
  const answer = await trader.buy(deep);
  assert.deepEqual([answer.status, answer.json.error], [500, 'could not run the execution']);
  assert.equal((await seen()).fills.length, 1);
});

test('fok_not_filled: killed, and the hash is gone', async () => {
  const opening = await pusd();
  await arm({ kind: 'fok_not_filled' });
  const payload = await trader.payload(deep);
  assert.equal(
    (await trader.call('POST', '/order', payload)).json.error,
    "order couldn't be fully filled. FOK orders are fully filled or killed.",
  );
  assert.match((await trader.call('POST', '/order', payload)).json.error, /Duplicated/);
  assert.equal(await pusd(), opening);
});

test('rate_limited and restarting_425 accept nothing and keep the hash free', async () => {
  for (const [kind, status] of [
    ['rate_limited', 429],
    ['restarting_425', 425],
  ]) {
    await arm({ kind });
    const payload = await trader.payload(deep);
    const answer = await trader.call('POST', '/order', payload);
    assert.equal(answer.status, status);
    if (status === 429) assert.equal(answer.headers['retry-after'], '1');
    assert.equal((await trader.call('POST', '/order', payload)).json.status, 'matched');
  }
});

test('matched_delayed: "delayed" first, the trade later', async () => {
  await arm({ kind: 'matched_delayed', delay_ms: 1500 });
  const answer = await trader.buy(deep);
  assert.deepEqual(
    [answer.json.status, answer.json.tradeIDs, answer.json.makingAmount],
    ['delayed', undefined, ''],
  );
  assert.equal((await trader.call('GET', `/data/order/${trader.lastId}`)).json.status, 'DELAYED');
  await until(
    async () =>
      (await trader.call('GET', `/data/order/${trader.lastId}`)).json.status === 'MATCHED',
    20_000,
  );
  assert.equal((await seen()).fills.length, 1);
});

test('live_then_matched: a FOK that answers "live" and fills later; stays_live never does', async () => {
  await arm({ kind: 'stays_live' });
  assert.equal((await trader.buy(deep)).json.status, 'live');
  const stays = trader.lastId;
  await arm({ kind: 'live_then_matched', delay_ms: 700 });
  const answer = await trader.buy(deep);
  assert.deepEqual([answer.json.status, answer.json.tradeIDs], ['live', undefined]);
  const status = async (id) => (await trader.call('GET', `/data/order/${id}`)).json.status;
  assert.equal(await status(answer.json.orderID), 'LIVE');
  await until(async () => (await status(answer.json.orderID)) === 'MATCHED', 20_000);
  assert.equal(await status(stays), 'LIVE');
  const gone = await trader.call('DELETE', '/order', { orderID: stays });
  assert.deepEqual(gone.json.canceled, [stays]);
});

test('matched_delayed and cancelled in time: never filled', async () => {
  await arm({ kind: 'matched_delayed', delay_ms: 1500 });
  await trader.buy(deep);
  const id = trader.lastId;
  assert.deepEqual((await trader.call('DELETE', '/order', { orderID: id })).json.canceled, [id]);
  // One that was delayed after it, and for as long, is through: its own moment has passed too.
  await arm({ kind: 'matched_delayed', delay_ms: 1500 });
  await trader.buy(deep);
  const later = trader.lastId;
  await until(async () => (await seen(later)).status === 'MATCHED', 20_000);
  assert.deepEqual([(await seen(id)).status, (await seen(id)).fills.length], ['CANCELED', 0]);
});

test('trade_failed: matched, retrying, failed, and the money is back', async () => {
  const opening = await pusd();
  await post(`${venue.control_url}/settings`, { trade_delay_ms: 500 });
  await arm({ kind: 'trade_failed' });
  const {
    tradeIDs: [id],
  } = (await trader.buy(deep)).json;
  const statuses = new Set();
  await until(async () => {
    const [trade] = (await trader.call('GET', `/data/trades?id=${id}`)).json.data;
    statuses.add(trade.status);
    return trade.status === 'FAILED' && trade.err_msg;
  }, 20_000);
  await post(`${venue.control_url}/settings`, { trade_delay_ms: 20 });
  assert.deepEqual([...statuses], ['MATCHED', 'RETRYING', 'FAILED']);
  await until(async () => (await pusd()) === opening, 20_000);
  assert.equal((await request(`${venue.control_url}/fills`)).json.failed, 1);
});

test('trade_failed_but_filled: FAILED for the venue, but the shares are there', async () => {
  const opening = (await request(`${venue.control_url}/fills`)).json;
  const owner = await new Trader(venue).login();
  await arm({ kind: 'trade_failed_but_filled' });
  const { tradeIDs } = (await owner.buy(deep)).json;
  await until(async () => {
    const [trade] = (await owner.call('GET', `/data/trades?id=${tradeIDs[0]}`)).json.data;
    return trade.status === 'FAILED';
  }, 20_000);
  await sleep(100); // by now a failed one's money is back
  const own = (await request(`${venue.control_url}/balance?address=${owner.address}`)).json;
  assert.deepEqual([own.pusd, own.shares[deep.token_id]], ['999990', '20']);
  const fills = (await request(`${venue.control_url}/fills`)).json;
  assert.equal(fills.failed, opening.failed);
  assert.equal(fills.count - opening.count, 1);
});

test('Retry-After in seconds, as a date, in the body, or not at all', async () => {
  const strike = async (fault) => {
    await arm(fault);
    const { status, headers, json } = await trader.buy(deep);
    return [status, headers['retry-after'], json.retry_after_seconds, json.code];
  };
  const limited = { kind: 'rate_limited', retry_after_s: 7 };
  assert.deepEqual(await strike(limited), [429, '7', undefined, undefined]);
  assert.deepEqual(await strike({ ...limited, retry_after: 'none' }), [
    429,
    undefined,
    undefined,
    undefined,
  ]);
  assert.deepEqual(await strike({ ...limited, retry_after: 'body' }), [
    429,
    undefined,
    7,
    undefined,
  ]);
  const [, date] = await strike({ ...limited, retry_after: 'date' });
  assert.match(date, /^\w{3}, \d\d \w{3} \d{4} \d\d:\d\d:\d\d GMT$/);
  assert.ok(Math.abs(Date.parse(date) - Date.now() - 7000) < 2000);
  assert.deepEqual(await strike({ kind: 'post_only_503', retry_after_s: 90 }), [
    503,
    undefined,
    90,
    'post_only_mode',
  ]);
  assert.equal((await strike({ kind: 'restarting_425', retry_after: 'seconds' }))[1], '1');
  await arm({ on: 'lookup', kind: 'rate_limited', retry_after_s: 3 });
  const read = await trader.call('GET', '/data/trades');
  assert.deepEqual([read.status, read.headers['retry-after']], [429, '3']);
  for (const bad of [{ retry_after: 'soon' }, { retry_after_s: 0.5 }])
    assert.equal((await post(`${venue.control_url}/faults`, { ...limited, ...bad })).status, 400);
});

test('401 for some seconds: for everybody, or for each new key', async () => {
  const set = (settings) => post(`${venue.control_url}/settings`, settings);
  const read = async (who) => (await who.call('GET', '/auth/api-keys')).status;
  await set({ unauthorized_for_s: 1 });
  assert.equal((await trader.buy(deep)).status, 401);
  assert.equal(await seen(), undefined, 'not accepted');
  await until(async () => (await read(trader)) === 200, 5000);
  assert.equal((await trader.buy(deep)).json.status, 'matched');
  await set({ new_key_unauthorized_for_s: 1 });
  const late = await new Trader(venue).login();
  assert.deepEqual([await read(late), await read(trader)], [401, 200]);
  await until(async () => (await read(late)) === 200, 5000);
  await set({ new_key_unauthorized_for_s: 0 });
});

test('answer_without_status: errorMsg null and no status, but the order stands', async () => {
  await arm({ kind: 'answer_without_status' });
  const { json } = await trader.buy(deep);
  assert.deepEqual([json.success, json.errorMsg, 'status' in json], [true, null, false]);
  assert.equal((await seen()).fills.length, 1);
});

test('statuses, hashes and sizes in every style that was seen', async () => {
  const set = (settings) => post(`${venue.control_url}/settings`, settings);
  await set({ trade_delay_ms: 60_000 }); // MATCHED all the time, without a hash
  const { orderID, tradeIDs } = (await trader.buy(deep)).json;
  const look = async () => ({
    order: (await trader.call('GET', `/data/order/${orderID}`)).json,
    trade: (await trader.call('GET', `/data/trades?id=${tradeIDs[0]}`)).json.data[0],
  });
  assert.equal((await look()).trade.transaction_hash, '');
  await set({
    status_prefix: true,
    status_style: 'lower',
    hash_style: 'null',
    order_sizes: 'millionths',
  });
  const { order, trade } = await look();
  assert.deepEqual([order.status, order.size_matched], ['order_status_matched', '20000000']);
  assert.deepEqual([trade.status, trade.transaction_hash], ['trade_status_matched', null]);
  assert.equal(trade.size, '20');
  await set({ hash_style: 'absent', status_style: 'text', order_sizes: 'decimal' });
  assert.ok(!('transaction_hash' in (await look()).trade));
  await trader.buy(deep, { makerAmount: '9800000', takerAmount: '20000000' }, { type: 'FAK' });
  const killed = (await trader.call('GET', `/data/order/${trader.lastId}`)).json;
  assert.match(killed.status, /^ORDER_STATUS_CANCELED_no orders found to match with FAK order\./);
  assert.deepEqual([killed.original_size, killed.size_matched], ['9.8', ''], 'a BUY in pUSD');
  await set({
    trade_delay_ms: 20,
    status_prefix: false,
    status_style: 'plain',
    hash_style: 'empty',
  });
});

test('unauthorized_401 strikes orders and look-ups and leaves no trace', async () => {
  await arm({ kind: 'unauthorized_401' });
  const payload = await trader.payload(deep);
  assert.equal((await trader.call('POST', '/order', payload)).status, 401);
  assert.equal(await seen(), undefined);
  assert.equal((await trader.call('POST', '/order', payload)).json.status, 'matched');
  await arm({ on: 'lookup', kind: 'unauthorized_401' });
  assert.equal((await trader.call('GET', `/data/order/${trader.lastId}`)).status, 401);
  assert.equal((await trader.call('GET', `/data/order/${trader.lastId}`)).status, 200);
});

test('revoked keys are refused, and the next key is another', async () => {
  const late = await new Trader(venue).login();
  const old = late.key;
  const { json } = await request(`${venue.control_url}/keys`, { method: 'DELETE' });
  assert.ok(json.revoked >= 2);
  assert.equal((await late.buy(deep)).status, 401);
  await late.login();
  assert.notEqual(late.key.apiKey, old.apiKey);
  assert.equal((await late.buy(deep)).json.status, 'matched');
  await trader.login();
});

test('html_403 and success_with_error', async () => {
  await arm({ kind: 'html_403' });
  const page = await trader.buy(deep);
  assert.equal(page.status, 403);
  assert.match(page.headers['content-type'], /text\/html/);
  await arm({ kind: 'success_with_error' });
  const odd = await trader.buy(deep);
  assert.deepEqual(
    [odd.status, odd.json.success, odd.json.errorMsg, (await seen()).fills.length],
    [200, true, 'order not accepted', 0],
  );
});

test('look-ups fail on request', async () => {
  await trader.buy(deep);
  const path = `/data/order/${trader.lastId}`;
  await arm({ on: 'lookup', kind: 'drop' });
  await assert.rejects(trader.call('GET', path), dropped);
  await arm({ on: 'lookup', kind: 'error_500' });
  assert.equal((await trader.call('GET', path)).status, 500);
  await arm({ on: 'lookup', kind: 'null' });
  assert.equal((await trader.call('GET', path)).text, 'null');
  await arm({ on: 'lookup', kind: 'lag', times: 2 });
  assert.equal((await trader.call('GET', path)).json.size_matched, '1');
  const trades = async () =>
    (await trader.call('GET', `/data/trades?asset_id=${deep.token_id}`)).json.data;
  const [before, after] = [await trades(), await trades()];
  assert.deepEqual(before, after.slice(1), 'the newest trade is not to be seen');
  await arm({ on: 'lookup', kind: 'delay', delay_ms: 150 });
  const started = Date.now();
  assert.equal((await trader.call('GET', path)).json.status, 'MATCHED');
  assert.ok(Date.now() - started >= 150);
});

test('faults strike as often as asked, in order, and can be listed and cleared', async () => {
  await arm({ kind: 'rate_limited', times: 2 });
  await arm({ kind: 'restarting_425' });
  const statuses = [];
  for (let i = 0; i < 4; i += 1) statuses.push((await trader.buy(deep)).status);
  assert.deepEqual(statuses, [429, 429, 425, 200]);
  const { faults } = (await request(`${venue.control_url}/faults`)).json;
  assert.deepEqual(
    faults.map((f) => [f.kind, f.fired, f.left]),
    [
      ['rate_limited', 2, 0],
      ['restarting_425', 1, 0],
    ],
  );
  assert.deepEqual((await request(`${venue.control_url}/faults`, { method: 'DELETE' })).json, {
    faults: [],
  });
});

test('a probability strikes now and then, the same way for the same seed', async () => {
  const run = async () => {
    await request(`${venue.control_url}/faults`, { method: 'DELETE' });
    await arm({ kind: 'rate_limited', probability: 0.5, seed: 7 });
    const statuses = [];
    for (let i = 0; i < 20; i += 1) statuses.push((await trader.buy(deep)).status);
    return statuses;
  };
  const first = await run();
  assert.deepEqual([...new Set(first)].sort(), [200, 429]);
  assert.deepEqual(await run(), first);
});

test('an unknown fault is refused', async () => {
  for (const bad of [
    {},
    { kind: 'x' },
    { kind: 'null' },
    { kind: 'delay', on: 'x' },
    { kind: 'delay', times: 0 },
    { kind: 'delay', delay_ms: -1 },
    { kind: 'delay', probability: 2 },
  ]) {
    assert.equal((await post(`${venue.control_url}/faults`, bad)).status, 400);
  }
  assert.equal((await post(`${venue.control_url}/settings`, { page_size: 0 })).status, 400);
  assert.equal(
    (await post(`${venue.control_url}/balance`, { address: 'x', pusd: '1' })).status,
    400,
  );
  assert.equal((await request(`${venue.control_url}/nothing`)).status, 404);
});
