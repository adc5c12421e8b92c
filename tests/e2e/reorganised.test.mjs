// A reorganisation deeper than what counted as final: Polygon's `finalized` stands still, a swap is booked by depth, and
// then its block never was. The conversion is in flight again, the books say what the chain says, nothing is sent anew but
// the same transaction, and at the end everything is there once.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { micro, startHouse, until } from './support.mjs';
import { everyRoute, treasuryOf } from './treasury.mjs';

let house, users, words, polygon;

before(async () => {
  const routes = [{ name: 'oft_uniswap' }];
  house = await startHouse({
    sandboxArgs: ['--users', '1'],
    overrides: (sandbox) => ({
      ...everyRoute({ routes, minimum: '5', undone_after_seconds: 1, retry_ms: 500 })(sandbox),
      polygon: { rpc: [sandbox.polygon.rpc, sandbox.polygon.second_rpc], confirmations: 3 },
    }),
  });
  ({ users } = house);
  words = treasuryOf(house);
  polygon = house.rpc.polygon;
});
after(() => house?.close());

const onBoth = (rule) => Promise.all([1, 2].map((node) => house.control(`/chain/polygon/rule?${rule}&node=${node}`)));
const undone = (c) => c.steps.find((s) => s.name === 'swap').state !== 'done';

test('what a deep reorganisation took back is posted back, and booked again when it is final', async () => {
  const bufferOf = () => house.buffer().then((b) => micro(b.usdc_balance));
  const [buffer, held] = [await bufferOf(), await words.usdc()];
  const { swaps, oft } = await words.counted();
  await onBoth('kind=tag');
  await onBoth('kind=error&method=eth_sendRawTransaction'); // the bridge comes in, the swap cannot leave yet
  const deposit = await house.fund(users[0], '40.00');
  const bridged = await until('the bridge', async () => {
    const c = await words.conversionOf(deposit);
    return c?.steps[0]?.state === 'done' && c;
  });
  assert.ok(bridged);
  const before = await polygon.send('evm_snapshot', []);
  await onBoth('clear=1');
  await onBoth('kind=tag');
  const first = await words.completed(deposit);
  assert.equal(await bufferOf(), buffer + micro(first.received));
  const sent = first.steps.find((s) => s.name === 'swap').tx_hash;

  await polygon.send('evm_revert', [before]);
  await polygon.send('evm_setIntervalMining', [0]); // and nothing is mined for a while
  await polygon.send('evm_setAutomine', [false]);
  await polygon.send('anvil_mine', ['0x14']);
  const open = await until('the conversion to be in flight again', async () => {
    const c = await words.conversionOf(deposit);
    return c.status !== 'completed' && undone(c) && c;
  }, 90_000);
  assert.equal(open.conversion_id, first.conversion_id);
  assert.equal(await bufferOf(), buffer, 'the books say what the chain says');
  assert.equal((await house.get(`/deposits/${deposit.deposit_id}`)).body.status, 'converting');
  assert.equal(await house.balance(users[0]), micro('40.00'), 'the user keeps the credit');

  await polygon.send('evm_setAutomine', [true]);
  await polygon.send('evm_setIntervalMining', [1]);
  await onBoth('clear=1');
  const last = await words.completed(deposit, 90_000);
  assert.equal(last.conversion_id, first.conversion_id);
  assert.equal(last.steps.find((s) => s.name === 'swap').tx_hash, sent, 'the same transaction');
  await until('the buffer', async () => (await bufferOf()) >= buffer + micro(last.received));
  const now = await words.counted();
  assert.deepEqual([now.oft - oft, Number(now.swaps) - Number(swaps)], [1, 1]);
  assert.ok((await words.usdc()) >= held + micro(last.received));
});
