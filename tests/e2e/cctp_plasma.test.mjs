// A second token on a chain that is paid on: USDC on Plasma, and Circle's bridge to the buffer's own USDC. All of it by settings.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { ethers, fromBase64, micro, startHouse } from './support.mjs';
import { treasuryOf } from './treasury.mjs';

let house, t, usdc;

before(async () => {
  house = await startHouse({
    sandboxArgs: ['--users', '2'],
    overrides: ({ plasma }) => ({
      cctp: { plasma_usdc: plasma.usdc },
      sources: [
        { network: 'plasma' },
        { network: 'plasma', token: plasma.usdc, token_name: 'USD Coin', token_version: '2' },
        { network: 'polygon' },
      ],
      conversion: { choose_again_ms: 500, routes: [{ name: 'oft_uniswap' }, { name: 'cctp_plasma' }] },
    }),
  });
  t = treasuryOf(house);
  ({ usdc } = house.sandbox.plasma);
});
after(() => house?.close());

const BURNT = 'DepositForBurn(address,uint256,address,bytes32,uint32,bytes32,bytes32,uint256,uint32,bytes)';
const burns = () =>
  house.rpc.plasma.getLogs({
    fromBlock: 0,
    toBlock: 'latest',
    address: house.sandbox.plasma.token_messenger,
    topics: [ethers.id(BURNT)],
  });

test('one 402 offers both tokens of the chain', async () => {
  const { headers } = await house.call('POST', '/deposit', { body: { amount: '20.00' } });
  const { accepts } = fromBase64(headers.get('payment-required'));
  const plasma = `eip155:${house.plasma.chain_id}`;
  assert.deepEqual(
    accepts.filter((a) => a.network === plasma).map((a) => [a.asset.toLowerCase(), a.extra.name]),
    [
      [house.plasma.usdt0.toLowerCase(), 'USDT0'],
      [usdc.toLowerCase(), 'USD Coin'],
    ],
  );
  assert.deepEqual(await house.alerts(/^source\.domain$/), []);
});

test('USDC on Plasma arrives whole by Circle, burnt once', async () => {
  const [user] = house.users;
  await house.control(`/mint?chain=plasma&token=usdc&to=${user.address}&amount=100`);
  const [buffer, held] = [await t.inBuffer(), await t.usdc()];
  const deposit = await house.fund(user, '20.00', 'plasma', usdc);
  const c = await t.completed(deposit);
  assert.deepEqual([c.route, c.received, c.loss], ['cctp_plasma', '20.00', '0.00']);
  assert.deepEqual(c.steps.map((s) => [s.name, s.state]), [['bridge', 'done']]);
  assert.equal(await t.inBuffer(), buffer + micro('20'), 'the buffer');
  assert.equal(await t.usdc(), held + micro('20'), 'the wallet');
  assert.equal(await t.balance('plasma', usdc), 0n);
  assert.equal((await burns()).length, 1);
  await t.reconciles();
});

test('USDT0 of the same chain goes its own way', async () => {
  const c = await t.completed(await house.fund(house.users[1], '20.00', 'plasma'));
  assert.equal(c.route, 'oft_uniswap');
  assert.equal((await burns()).length, 1);
  const { body } = await house.get('/routes');
  const tokens = body.routes.filter((r) => r.enabled && r.name !== 'direct').map((r) => [r.name, r.source.token.toLowerCase()]);
  assert.deepEqual(Object.fromEntries(tokens), {
    oft_uniswap: house.plasma.usdt0.toLowerCase(),
    cctp_plasma: usdc.toLowerCase(),
  });
});

test('killed at each place: burnt once, received once', { timeout: 300_000 }, async () => {
  const before = (await burns()).length;
  await house.control('/cctp?mode=never');
  const stops = [
    {
      name: 'nobody attests it',
      reached: (c) => t.running(c)?.detail?.includes('waits for attestation'),
      go: () => house.control('/cctp?mode=auto'),
    },
  ];
  const { conversion: c, points } = await t.walk(house.users[0], '20.00', { from: 'plasma', asset: usdc, stops });
  const sent = (name) => [`${name}: in the pool`, `${name}: mined, not final`];
  assert.deepEqual(points, [...sent('plasma burn'), 'nobody attests it', ...sent('polygon receive')]);
  assert.deepEqual([c.route, c.status, c.received], ['cctp_plasma', 'completed', '20.00']);
  assert.equal((await burns()).length, before + 1);
  await t.reconciles();
});
