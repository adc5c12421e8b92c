// The HTTP contract from outside: fields, paging, rights, bad input, the buffer's limits, metrics,
// the document, shutdown.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import net from 'node:net';
import { after, before, test } from 'node:test';
import { Validator } from '../../sandbox/stack/clients.mjs';
import { collect, spawnGuarded } from '../../sandbox/stack/process.mjs';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { micro, NO_CONVERSION, run, startHouse, until, usd } from './support.mjs';

const STRANGER = '0x000000000000000000000000000000000000dEaD';
const NOBODY = '00000000-0000-4000-8000-000000000000';
let house, users, market, deposit, bet, placed;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '3', '--service-usdc', '101000'], // what is replenished is there
    overrides: { conversion: NO_CONVERSION },
  });
  ({
    users,
    markets: [market],
  } = house);
  deposit = await house.fund(users[0], '100.00');
  bet = {
    user_address: users[0].address,
    token_id: market.token_id,
    amount: '5.00',
    max_price: '0.50',
  };
  placed = [];
  for (let i = 0; i < 5; i += 1) placed.push((await house.bet(bet)).body);
});
after(() => house?.close());

const keysOf = (value) => Object.keys(value).sort();
const words = (text) =>
  text
    .split(/[\s,]+/)
    .filter(Boolean)
    .sort();

// -- fields and paging

const BET =
  'bet_id status amount shares average_price fee order_hash user_address token_id max_price spent refunded failure deadline created_at updated_at result payout progress';
const DEPOSIT =
  `deposit_id user_address amount fee credited network asset status tx_hash failure created_at credited_at updated_at
    conversion_id waiting`;
const POSITION =
  'user_address token_id condition_id outcome shares selling cost value status result payout updated_at';
const FIELDS = {
  '/balance?user_address=U':
    'user_address balance pending_deposits pending_total max_bet limiting_factor',
  '/buffer/max-bet?user_address=U':
    'user_address max_bet user_balance buffer_balance limiting_factor',
  '/buffer/max-withdrawal?user_address=U':
    'user_address max_withdrawal fee user_balance buffer_balance limiting_factor',
  '/buffer/status': `buffer_id usdc_balance available reserve min_buffer_size max_buffer_size total_deposited total_withdrawn
    utilization_rate is_low recommended_min_size last_replenished_at updated_at forecast`,
  '/deposits/D': `${DEPOSIT} conversion`,
  '/bets/B': BET,
  '/positions?user_address=U': 'positions next_cursor',
  '/conversions': 'conversions next_cursor',
  '/conversions/metrics': `completed failed running average_seconds p95_seconds p99_seconds success_rate realised_rate
    total_in total_received total_loss fees bridge_fee swap_fee slippage replenished_per_hour routes`,
  '/routes': 'routes waiting',
  '/pricing': 'days',
  '/audit/solvency':
    'trial_balance assets liabilities on_chain explained conversions positions difference solvent insolvent_since checked_at',
  '/healthz': 'status',
  '/readyz': 'ready parts',
};
const filled = (path) =>
  path
    .replace('=U', `=${users[0].address}`)
    .replace('/D', `/${deposit.deposit_id}`)
    .replace('/B', `/${placed[0].bet_id}`);

test('every route answers exactly its fields', async () => {
  for (const [path, fields] of Object.entries(FIELDS)) {
    const { status, body, headers } = await house.get(filled(path));
    assert.equal(status, 200, path);
    assert.deepEqual(keysOf(body), words(fields), path);
    assert.match(headers.get('content-type'), /^application\/json/);
  }
  const { body } = await house.get(`/deposits?user_address=${users[0].address}`);
  assert.deepEqual([body.deposits.length, keysOf(body.deposits[0])], [1, words(DEPOSIT)]);
  const { body: held } = await house.get(`/positions?user_address=${users[0].address}`);
  assert.deepEqual([held.positions.length, keysOf(held.positions[0])], [1, words(POSITION)]);
  const { body: listing } = await house.get('/inspector/actors?limit=5', 'inspect');
  assert.deepEqual([keysOf(listing), listing.actors.length], [
    ['actors', 'as_of', 'kinds', 'matched', 'next_cursor', 'total', 'window_ms'],
    5,
  ]);
  assert.ok(listing.kinds.some((k) => k.name === 'buffer' && k.live === 1));
  const head = await house.call('HEAD', '/buffer/status');
  assert.deepEqual([head.status, head.text], [200, '']);
});

test('a known user and a stranger', async () => {
  const { body: mine } = await house.get(`/balance?user_address=${users[0].address}`);
  assert.deepEqual(mine, {
    user_address: users[0].address,
    balance: '75.00',
    pending_deposits: [],
    pending_total: '0.00',
    max_bet: '75.00',
    limiting_factor: 'user_balance',
  });
  const { body: theirs } = await house.get(`/balance?user_address=${STRANGER.toLowerCase()}`);
  assert.deepEqual(
    [theirs.user_address, theirs.balance, theirs.max_bet],
    [STRANGER, '0.00', '0.00'],
  );
  assert.deepEqual((await house.get(`/deposits?user_address=${STRANGER}`)).body.deposits, []);
  assert.deepEqual((await house.get(`/bets?user_address=${STRANGER}`)).body, {
    bets: [],
    next_cursor: null,
  });
});

test('lists come in pages that neither repeat nor leave out', async () => {
  const seen = [];
  let cursor = '';
  for (let page = 0; page < 10; page += 1) {
    const { body } = await house.get(
      `/bets?user_address=${users[0].address}&status=filled&limit=2${cursor && `&cursor=${cursor}`}`,
    );
    seen.push(...body.bets.map((b) => b.bet_id));
    if (!body.next_cursor) break;
    cursor = encodeURIComponent(body.next_cursor);
  }
  assert.deepEqual(seen, placed.map((b) => b.bet_id).reverse(), 'newest first');
  assert.deepEqual((await house.get('/bets?status=failed')).body.bets, []);
});

// -- rights

const TRADER_READS = /^\/(balance|buffer|bets|deposits|positions)/; // a trader may look at what it trades
const NEEDS = {
  read: [
    '/balance?user_address=U',
    '/buffer/max-bet?user_address=U',
    '/deposits?user_address=U',
    '/bets/B',
    '/bets',
    '/positions?user_address=U',
    '/conversions',
    `/conversions/${NOBODY}`,
    '/conversions/metrics',
    '/routes',
    '/audit/solvency',
    '/withdrawals',
    `/withdrawals/${NOBODY}`,
  ].map((p) => ['GET', p]),
  inspect: [
    ['GET', '/inspector/actors'],
    ['GET', '/operator/overview'],
    ['GET', '/operator/alerts'],
    ['GET', '/operator/audit'],
    ['GET', '/operator/settlements'],
  ],
  trade: [['POST', '/bets', () => ({ ...bet })]],
  admin: [
    ['POST', '/buffer/replenish', () => ({ amount: '1', reference: 'x' })],
    ['PATCH', '/buffer', () => ({ min_buffer_size: '10000' })],
    ['GET', '/webhooks'],
    ['POST', '/webhooks', () => ({ url: 'http://127.0.0.1:9/', events: ['*'] })],
    ['GET', `/webhooks/${NOBODY}`],
    ['PATCH', `/webhooks/${NOBODY}`, () => ({ enabled: true })],
    ['DELETE', `/webhooks/${NOBODY}`],
    ['GET', `/webhooks/${NOBODY}/deliveries`],
    ['POST', `/webhooks/${NOBODY}/test`, () => ({})],
  ],
};

test('who may do what', () =>
  house.unchanged(async () => {
    for (const [scope, routes] of Object.entries(NEEDS)) {
      for (const [method, path, body] of routes) {
        const ask = (key) =>
          house.call(method, filled(path), { key, body: body?.(), idempotency: 'rights' });
        for (const bad of [
          null,
          'hr_0000000000000000_00',
          `${house.keys.read.slice(0, -1)}x`,
          'nonsense',
        ]) {
          const answer = await ask(bad);
          assert.deepEqual(
            [answer.status, answer.body.code],
            [401, 'unauthorized'],
            `${path} ${bad}`,
          );
          assert.match(answer.headers.get('www-authenticate'), /^Bearer/);
        }
        for (const other of ['read', 'trade', 'inspect', 'admin'].filter((k) => k !== scope)) {
          if (scope === 'read' && other === 'trade' && TRADER_READS.test(path)) continue;
          const answer = await ask(other);
          assert.deepEqual(
            [answer.status, answer.body.code],
            [403, 'forbidden'],
            `${method} ${path} with ${other}`,
          );
        }
      }
    }
    for (const path of ['/buffer/status', '/healthz', '/readyz', '/metrics', '/openapi.json'])
      assert.equal((await house.call('GET', path)).status, 200, path);
    // Whoever knows a deposit's id sees how the payment stands, and nothing of the payer.
    const receipt = await house.call('GET', filled('/deposits/D'));
    assert.equal(receipt.status, 200);
    assert.ok(receipt.body.status && receipt.body.amount, receipt.text);
    assert.equal(receipt.body.user_address, undefined, receipt.text);
    assert.equal((await house.call('GET', filled('/deposits/D'), { key: 'nonsense' })).status, 401);
  }));

test('a revoked key stops within 3 seconds', async () => {
  const env = house.service.env;
  const key = (await run(binaryPath(), ['keys', 'add', 'short lived', 'read'], { env })).trim();
  const works = async () => (await house.call('GET', '/bets', { key })).status;
  await until('the new key to work', async () => (await works()) === 200, 3000);
  const refused = (...words) => assert.rejects(run(binaryPath(), ['keys', ...words], { env }), words.join(' '));
  await refused('add', '', 'read');
  await refused('add', 'two\nlines', 'read');
  await refused('add', 'nobody', 'read,write');
  await refused('add', 'nobody');
  await refused('revoke', 'nobody');
  assert.doesNotMatch(await run(binaryPath(), ['keys', 'list'], { env }), /nobody/);
  await run(binaryPath(), ['keys', 'revoke', key.split('_')[1]], { env });
  await until('the key to be dead', async () => (await works()) === 401, 3000);
  assert.match(await run(binaryPath(), ['keys', 'list'], { env }), /short lived.*revoked/);
});

// -- bad input: [field, status, code, request]

const AMOUNTS = {
  missing: undefined,
  null: null,
  number: 5,
  negative: '-5',
  zero: '0',
  '7 decimals': '1.0000001',
  overflow: '99999999999999',
  huge: '9'.repeat(400),
  empty: '',
  text: 'five',
  exponent: '1e3',
  comma: '1,5',
  spaces: ' 5',
  plus: '+5',
  hex: '0x5',
  NaN: 'NaN',
  list: ['5'],
  object: { amount: '5' },
};
const ADDRESSES = {
  missing: undefined,
  number: 5,
  short: '0x12',
  long: `${STRANGER}00`,
  'no 0x': STRANGER.slice(2),
  'no hex': `0x${'g'.repeat(40)}`,
  'wrong checksum': STRANGER.replace('dEaD', 'deAD'),
};
const TOKENS = {
  missing: undefined,
  zero: '0',
  negative: '-1',
  hex: '0x1',
  overflow: (2n ** 256n).toString(),
  text: 'yes',
  number: 7,
};
const PRICES = {
  missing: undefined,
  zero: '0',
  one: '1',
  above: '1.5',
  negative: '-0.5',
  '7 decimals': '0.1234567',
  number: 0.5,
};
const DEADLINES = {
  number: 1800000000,
  text: 'tomorrow',
  'no zone': '2030-01-01T00:00:00',
  'bad day': '2026-02-30T00:00:00Z',
  'too far': '2099-01-01T00:00:00Z',
};

/** What no schema can say: the service alone knows. */
const BEYOND_SCHEMAS = [
  'bets with user_address: wrong checksum',
  'bets with token_id: overflow',
  'bets with deadline: too far',
  'limits with min_buffer_size: overflow',
  'limits with max_buffer_size: overflow',
  'limits with max_buffer_size: below the minimum',
];

function* badBodies(route, good, field, values) {
  for (const [name, value] of Object.entries(values)) {
    const body = { ...good, [field]: value };
    if (value === undefined) delete body[field];
    yield [`${route} with ${field}: ${name}`, field, body];
  }
}

test('every field of every body, wrong in every way: 400 that names it, nothing changed', async () => {
  const replenish = { amount: '5', reference: 'x' };
  const routes = [
    ['POST', '/deposit', null, [...badBodies('deposit', {}, 'amount', AMOUNTS)]],
    [
      'POST',
      '/bets',
      'trade',
      [
        ...badBodies('bets', bet, 'amount', AMOUNTS),
        ...badBodies('bets', bet, 'user_address', ADDRESSES),
        ...badBodies('bets', bet, 'token_id', TOKENS),
        ...badBodies('bets', bet, 'max_price', PRICES),
        ...badBodies('bets', bet, 'deadline', DEADLINES),
        ...badBodies('bets', bet, 'price', { unknown: '1' }),
      ],
    ],
    [
      'POST',
      '/buffer/replenish',
      'admin',
      [
        ...badBodies('replenish', replenish, 'amount', AMOUNTS),
        ...badBodies('replenish', replenish, 'note', { unknown: '1' }),
        ...badBodies('replenish', replenish, 'reference', {
          missing: undefined,
          empty: '',
          long: 'x'.repeat(201),
          control: 'a\nb',
          number: 1,
        }),
      ],
    ],
    [
      'PATCH',
      '/buffer',
      'admin',
      [
        ...badBodies('limits', {}, 'min_buffer_size', {
          number: 5,
          negative: '-1',
          '7 decimals': '0.0000001',
          overflow: '9223372036854.775808',
          null: null,
        }),
        ...badBodies('limits', {}, 'max_buffer_size', {
          number: 5,
          zero: '0',
          negative: '-1',
          '7 decimals': '0.0000001',
          overflow: '9223372036854.775808',
          'below the minimum': '9999.99',
        }),
        ...badBodies('limits', {}, 'usdc_balance', { unknown: '1' }),
      ],
    ],
  ];
  await house.unchanged(async () => {
    for (const [method, path, key, cases] of routes) {
      for (const [name, field, body] of cases) {
        const answer = await house.call(method, path, { key, body, idempotency: 'bad-input' });
        assert.deepEqual(
          [answer.status, answer.body.code, answer.body.field],
          [400, 'invalid_field', field],
          `${name}: ${answer.text}`,
        );
        assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
        assert.ok(answer.body.detail.length < 300, 'what the caller sent is not thrown back whole');
        const allowed = house.contract.fits(method, path, JSON.parse(JSON.stringify(body)));
        assert.equal(allowed, BEYOND_SCHEMAS.includes(name), `${name}: what the document says`);
      }
    }
  });
});

test('bodies that are no object of ours', async () => {
  const large = JSON.stringify({ amount: '5', reference: 'x'.repeat(70_000) });
  const bad = {
    '': 400,
    '{': 400,
    '[]': 400,
    '"5"': 400,
    null: 400,
    '{"amount":"5"} {}': 400,
    '{"amount":"5","amount":"6"}': 400,
    [`${'['.repeat(10_000)}`]: 400,
    '{"amount":"\xff"}': 400,
    [large]: 413,
  };
  await house.unchanged(async () => {
    for (const [method, path, key] of [
      ['POST', '/deposit', null],
      ['POST', '/bets', 'trade'],
      ['POST', '/buffer/replenish', 'admin'],
      ['PATCH', '/buffer', 'admin'],
    ]) {
      for (const [raw, status] of Object.entries(bad)) {
        if (path === '/deposit' && raw === '') continue; // asks for the least that can be paid
        const answer = await house.call(method, path, { key, raw, idempotency: 'bad-body' });
        assert.equal(answer.status, status, `${path} ${raw.slice(0, 40)}: ${answer.text}`);
        assert.match(answer.headers.get('content-type'), /^application\/problem\+json/);
      }
    }
  });
});

test('bad queries, paths, ids, methods and headers', async () => {
  const U = `user_address=${users[0].address}`;
  const cases = [
    ...Object.entries(ADDRESSES)
      .filter(([, v]) => typeof v === 'string')
      .flatMap(([, v]) =>
        ['/balance', '/buffer/max-bet', '/deposits', '/bets'].map((p) => [
          'GET',
          `${p}?user_address=${v}`,
          400,
          'invalid_field',
          'user_address',
        ]),
      ),
    ...['/balance', '/buffer/max-bet', '/deposits'].map((p) => [
      'GET',
      p,
      400,
      'invalid_field',
      'user_address',
    ]),
    ['GET', `/balance?${U}&extra=1`, 400, 'invalid_field', 'extra'],
    ['GET', `/balance?${U}&${U}`, 400, 'invalid_field', 'user_address'],
    ['GET', '/balance?user_address=%zz', 400, 'invalid_field', 'user_address'],
    ['GET', '/bets?status=won', 400, 'invalid_field', 'status'],
    ['GET', '/bets?limit=0', 400, 'invalid_field', 'limit'],
    ['GET', '/bets?limit=201', 400, 'invalid_field', 'limit'],
    ['GET', '/bets?limit=ten', 400, 'invalid_field', 'limit'],
    ['GET', '/bets?cursor=', 400, 'invalid_field', 'cursor'],
    ['GET', '/bets?cursor=nonsense', 400, 'invalid_field', 'cursor'],
    ['GET', '/conversions?cursor=nonsense', 400, 'invalid_field', 'cursor'],
    ['GET', '/conversions?limit=-1', 400, 'invalid_field', 'limit'],
    ['GET', '/buffer/status?x=1', 400, 'invalid_field', 'x'],
    ['GET', '/audit/solvency?x=1', 400, 'invalid_field', 'x'],
    ...['/bets/', '/deposits/', '/conversions/'].flatMap((p) => [
      ['GET', `${p}17`, 400, 'invalid_field', 'id'],
      ['GET', `${p}${NOBODY}`, 404, 'not_found', undefined],
    ]),
    ['GET', '/nowhere', 404, 'not_found', undefined],
    ['GET', '/bets/1/2', 404, 'not_found', undefined],
    ['DELETE', '/bets', 405, 'method_not_allowed', undefined],
    ['PUT', '/buffer', 405, 'method_not_allowed', undefined],
    ['POST', '/buffer/status', 405, 'method_not_allowed', undefined],
  ];
  await house.unchanged(async () => {
    for (const [method, path, status, code, field] of cases) {
      const answer = await house.call(method, path, { key: 'read' });
      assert.deepEqual(
        [answer.status, answer.body.code, answer.body.field],
        [status, code, field],
        `${method} ${path}: ${answer.text}`,
      );
      assert.deepEqual([answer.body.status, answer.body.instance], [status, path.split('?')[0]]);
    }
    const keyless = await house.call('POST', '/bets', { key: 'trade', body: bet });
    assert.deepEqual([keyless.status, keyless.body.code], [400, 'idempotency_key_required']);
    for (const idempotency of ['x'.repeat(129), 'with space', 'é'.normalize('NFC')]) {
      const answer = await house.call('POST', '/bets', { key: 'trade', body: bet, idempotency });
      assert.deepEqual([answer.status, answer.body.field], [400, 'Idempotency-Key'], idempotency);
    }
    const wide = await house.call('GET', '/buffer/status', {
      headers: { 'x-wide': 'x'.repeat(20_000) },
    });
    assert.deepEqual([wide.status, wide.body.code], [431, 'header_too_large']);
  });
});

/** One answer to these bytes, as contract.check takes it; the connection must end after it. */
async function answerTo(bytes) {
  const { hostname, port } = new URL(house.url);
  const socket = net.connect(Number(port), hostname);
  socket.end(bytes);
  const text = await collect(socket);
  const [head, body] = [text.slice(0, text.indexOf('\r\n\r\n')), text.slice(text.indexOf('\r\n\r\n') + 4)];
  const header = (name) => head.match(new RegExp(`^${name}: (.*)$`, 'im'))?.[1];
  return {
    status: Number(head.match(/^HTTP\/1\.1 (\d{3})/)?.[1]),
    type: header('content-type'),
    requestId: header('request-id'),
    origin: header('access-control-allow-origin'),
    body: JSON.parse(body),
  };
}

test('what is refused before any route is refused in documented words, and pages may read it', async () => {
  const head = (more) => `POST /deposit HTTP/1.1\r\nHost: x\r\nOrigin: https://app.example\r\n${more}\r\n`;
  const shapes = [
    [400, 'bad_request', head('Transfer-Encoding: identity\r\n')],
    [400, 'bad_request', head('Content-Length: 1\r\nContent-Length: 1\r\n')],
    [413, 'payload_too_large', head('Content-Length: 9999999\r\n')],
    [415, 'unsupported_media_type', `${head('Content-Type: text/plain\r\nContent-Length: 2\r\nConnection: close\r\n')}{}`],
    [417, 'expectation_failed', head('Expect: the-best\r\n')],
    [431, 'header_too_large', head(`X: ${'x'.repeat(20_000)}\r\n`)],
  ];
  for (const [status, code, bytes] of shapes) {
    const answer = await answerTo(bytes);
    assert.deepEqual([answer.status, answer.body.code, answer.origin], [status, code, '*'], bytes.slice(0, 200));
    house.contract.check({ ...answer, method: 'POST', path: '/deposit' });
  }
});

test('a browser may ask before it bets or pays', async () => {
  for (const path of ['/bets', '/deposit']) {
    const { status, headers } = await house.call('OPTIONS', path, {
      headers: { origin: 'https://app.example', 'access-control-request-method': 'POST' },
    });
    assert.equal(status, 204);
    assert.equal(headers.get('access-control-allow-origin'), '*');
    assert.match(headers.get('access-control-allow-headers'), /idempotency-key/i);
  }
  const { headers } = await house.call('OPTIONS', '/audit/solvency');
  assert.equal(headers.get('access-control-allow-origin'), null);
});

test('a request keeps its name', async () => {
  const { headers } = await house.call('GET', '/healthz', { headers: { 'request-id': 'mine-1' } });
  assert.equal(headers.get('request-id'), 'mine-1');
  const fresh = await house.call('GET', '/healthz', { headers: { 'request-id': 'not a name' } });
  assert.match(fresh.headers.get('request-id'), /^[0-9a-f]{16}$/);
});

test('an unchanged document is not sent again', async () => {
  const first = await house.call('GET', '/openapi.json');
  const etag = first.headers.get('etag');
  const again = await house.call('GET', '/openapi.json', { headers: { 'if-none-match': etag } });
  assert.deepEqual([again.status, again.text], [304, '']);
});

// -- the buffer

const replenish = (amount, idempotency, reference = 'from the treasury') =>
  house.call('POST', '/buffer/replenish', {
    key: 'admin',
    idempotency,
    body: { amount, reference },
  });
const limits = (body) => house.call('PATCH', '/buffer', { key: 'admin', body });
const moved = (before, after, field) => micro(after[field]) - micro(before[field]);

test('replenishing is booked once, with its reference', async () => {
  const before = await house.buffer();
  const first = await replenish('250.5', 'gift');
  assert.equal(first.status, 200, first.text);
  assert.deepEqual(
    ['usdc_balance', 'total_deposited', 'total_withdrawn'].map((f) => moved(before, first.body, f)),
    [micro('250.5'), micro('250.5'), 0n],
  );
  assert.ok(first.body.last_replenished_at >= before.last_replenished_at);
  const again = await house.unchanged(() => replenish('250.50', 'gift'));
  assert.deepEqual([again.status, again.body.usdc_balance], [200, first.body.usdc_balance]);
  const other = await house.unchanged(() => replenish('250.51', 'gift'));
  assert.deepEqual([other.status, other.body.code], [409, 'key_reused']);
  const renamed = await house.unchanged(() => replenish('250.50', 'gift', 'another reference'));
  assert.deepEqual([renamed.status, renamed.body.code], [409, 'key_reused']);
  const five = await Promise.all(Array.from({ length: 5 }, () => replenish('1', 'five-at-once')));
  assert.deepEqual(
    five.map((a) => a.status),
    Array(5).fill(200),
  );
  assert.equal(moved(first.body, await house.buffer(), 'usdc_balance'), micro('1'));
  assert.equal(
    await house.sql(
      `SELECT reference FROM replenishments ORDER BY created_at DESC LIMIT 1 OFFSET 1`,
    ),
    'from the treasury',
  );
});

test('the cap sends the surplus to the reserve, and a low buffer is refilled from it', async () => {
  const start = await house.buffer();
  const cap = micro(start.usdc_balance) + micro('100');
  const capped = await limits({ max_buffer_size: usd(cap) });
  assert.deepEqual([capped.status, capped.body.max_buffer_size], [200, usd(cap)], capped.text);
  const over = (await replenish('300', 'over-the-cap')).body;
  assert.deepEqual([over.usdc_balance, over.reserve], [usd(cap), '200.00']);
  assert.equal(over.is_low, false);
  const raised = await limits({ min_buffer_size: usd(cap) }); // a cent below is low
  assert.deepEqual([raised.body.min_buffer_size, raised.body.is_low], [usd(cap), false]);
  const spent = await house.bet(bet);
  assert.equal(spent.status, 201, spent.text);
  const refilled = await until('the refill', async () => {
    const now = await house.buffer();
    return now.usdc_balance === usd(cap) && now;
  });
  assert.deepEqual([refilled.reserve, refilled.is_low], ['195.00', false]);
  const back = await limits({ max_buffer_size: null, min_buffer_size: '10000' });
  assert.deepEqual([back.body.max_buffer_size, back.body.min_buffer_size], [null, '10000.00']);
});

test('the low flag', async () => {
  const { usdc_balance: now } = await house.buffer();
  await limits({ min_buffer_size: usd(micro(now) + micro('1000')) });
  const low = await until('the flag', async () => {
    const body = await house.buffer();
    return body.is_low && body.reserve === '0.00' && body; // what was in the reserve is in the buffer now
  });
  assert.ok(micro(low.usdc_balance) < micro(low.min_buffer_size));
  assert.match((await house.call('GET', '/metrics')).body, /^headroom_buffer_low 1$/m);
  await limits({ min_buffer_size: '10000' });
  assert.equal((await house.buffer()).is_low, false);
});

test('solvency: the books balance and the chains agree', async () => {
  const { body: a } = await house.get('/audit/solvency');
  const t = Object.fromEntries(
    Object.entries(a.trial_balance)
      .filter(([k]) => k !== 'user_count')
      .map(([k, v]) => [k, micro(v.replace('-', ''))]),
  );
  assert.equal(
    t.buffer + t.reserve + t.in_transit + t.conversion_loss + t.venue_loss,
    t.users + t.capital + t.revenue,
  );
  assert.equal(usd(t.wagered), await wagered());
  assert.equal(micro(a.difference), micro(a.assets.total) - micro(a.liabilities.total));
  assert.equal(a.solvent, true, JSON.stringify(a));
  assert.equal(a.on_chain.plasma_usdt0, '100.00', 'the deposit waits on Plasma');
  assert.equal(a.trial_balance.user_count, 1);
});

const wagered = async () =>
  usd(BigInt(await house.sql(`SELECT sum(spent + fee) FROM bets WHERE status = 'filled'`)));

// -- documents

test('/metrics passes promtool', async () => {
  const { body, headers } = await house.call('GET', '/metrics');
  assert.match(headers.get('content-type'), /^text\/plain/);
  const child = spawnGuarded('promtool', ['check', 'metrics'], { stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => {}).end(body);
  const said = (await Promise.all([collect(child.stdout), collect(child.stderr)])).join('');
  const { code, error } = await child.ended;
  assert.equal(
    code,
    0,
    error ? `promtool (Debian: prometheus) did not start: ${error.message}` : said,
  );
  for (const name of ['headroom_buffer_available_usdc', 'headroom_actors', 'headroom_bets_live', 'process_cpu_seconds_total',
    'headroom_build_info', 'headroom_actor_busy_seconds_total', 'headroom_venue_request_duration_seconds_count',
    'headroom_rpc_request_duration_seconds_count{chain="9745"}', 'headroom_journal_commit_duration_seconds_bucket{le="0.05"}'])
    assert.ok(body.includes(`\n${name}`), name);
  assert.match(body, /^headroom_bets_total\{outcome="filled"\} [1-9]/m);
  assert.match(body, /^headroom_deposit_usdc_total\{outcome="credited"\} 100$/m);
});

test('/openapi.json is valid OpenAPI 3.1', async () => {
  const { body } = await house.call('GET', '/openapi.json');
  const verdict = await new Validator().validate(structuredClone(body));
  assert.ok(verdict.valid, JSON.stringify(verdict.errors));
  assert.match(body.openapi, /^3\.1\./);
  assert.equal(body.servers[0].url, house.url);
  for (const [path, methods] of Object.entries(body.paths))
    for (const [method, { operationId, responses }] of Object.entries(methods))
      assert.ok(
        operationId && Object.keys(responses).some((s) => s.startsWith('2')),
        `${method} ${path}`,
      );
});

// -- starting and stopping

test('a second service on the same database is refused with a clear word', async () => {
  const config = JSON.parse(fs.readFileSync(house.service.configFile, 'utf8'));
  const file = `${house.dir}/second.json`;
  fs.writeFileSync(file, JSON.stringify({ ...config, http: { ...config.http, port: 0 } }), {
    mode: 0o600,
  });
  const child = spawnGuarded(binaryPath(), ['serve', '--config', file], { env: house.service.env });
  const late = setTimeout(() => child.kill('SIGKILL'), 30_000);
  const said = (await Promise.all([collect(child.stdout), collect(child.stderr)])).join('');
  const { code } = await child.ended;
  clearTimeout(late);
  assert.ok(code > 0, `${code}: ${said}`);
  assert.match(said, /service\.no_database reason=".*(already|another|running|lock)/i);
  assert.equal((await house.call('GET', '/readyz')).status, 200, 'the first one goes on');
});

test('headroom verify: exit code 1 and the difference while one balance is damaged, 0 before and after', async () => {
  const verify = async () => {
    const child = spawnGuarded(binaryPath(), ['verify'], { env: house.service.env });
    const [said] = await Promise.all([collect(child.stdout), collect(child.stderr)]);
    return { said, code: (await child.ended).code };
  };
  const damage = (micros) =>
    house.sql(`UPDATE balances SET balance = balance + ${micros}
      WHERE user_address = '\\x${users[0].address.slice(2)}'`);
  const clean = { said: 'the books are clean\n', code: 0 };
  assert.deepEqual(await verify(), clean);
  await damage(7);
  const broken = await verify();
  await damage(-7);
  assert.equal(broken.code, 1, broken.said);
  const line = new RegExp(
    `^balance ${users[0].address}: stored \\d+, replayed \\d+, difference 7\\n$`,
    'i',
  );
  assert.match(broken.said, line);
  assert.deepEqual(await verify(), clean);
});

test('SIGTERM during a slow bet: the answer still comes, exit 0, books clean, and on it goes', async () => {
  await house.venue('faults', { kind: 'delay', delay_ms: 2000 });
  const slow = house.bet(bet, { idempotency: 'slow' });
  await until('the order at the venue', async () =>
    (await house.venue('faults')).faults.some((f) => f.kind === 'delay' && f.fired === 1),
  );
  process.kill(house.service.pid(), 'SIGTERM');
  const answer = await slow;
  assert.equal(answer.status, 201, answer.text);
  assert.deepEqual(await house.service.ended(), { code: 0, signal: null });
  assert.match(await house.service.verify(), /clean/);
  await house.service.start();
  const again = await house.unchanged(() => house.bet(bet, { idempotency: 'slow' }));
  assert.deepEqual([again.status, again.body.bet_id], [201, answer.body.bet_id]);
});
