// What the tests of conversions say: deposits by every source, how their conversions stand, what chains and exchanges
// counted, the service started anew with other settings, and a walk that kills it wherever a conversion can stand.
import assert from 'node:assert/strict';
import fs from 'node:fs';
import { binaryPath } from '../../sandbox/stack/stack.mjs';
import { ethers, micro, run, until } from './support.mjs';

export const CHAINS = ['plasma', 'polygon', 'base'];
/** Every route with where its money comes from and what its steps are called. */
export const ROUTES = {
  oft_uniswap: { from: 'plasma', steps: ['bridge', 'swap'] },
  across_uniswap: { from: 'plasma', steps: ['bridge', 'swap'] },
  across_direct: { from: 'plasma', steps: ['bridge'] },
  stargate_uniswap: { from: 'plasma', steps: ['bridge', 'swap'] },
  relay: { from: 'plasma', steps: ['bridge'] },
  okx: { from: 'plasma', steps: ['deposit', 'trade', 'withdraw'] },
  cctp_base: { from: 'base', steps: ['bridge'] },
  across_base: { from: 'base', steps: ['bridge'] },
  stargate_base: { from: 'base', steps: ['bridge'] },
};

/** For `overrides` of startHouse: everything that the sandbox has a double of is there; which routes are enabled is the test's. */
export const everyRoute =
  (conversion, more = {}) =>
  ({ doubles }) => ({
    conversion: { stuck_after_seconds: 5, choose_again_ms: 500, route_look_ms: 2000, ...conversion },
    okx: { enabled: true, timeout_ms: 2000 },
    relay: { enabled: true, timeout_ms: 2000 },
    stargate: { pool_plasma: doubles.stargate.plasma_usdt0_pool },
    ...more,
  });

const ERC20 = ['function balanceOf(address) view returns (uint256)'];
const COUNTED = {
  sent: 'OFTSent(bytes32,uint32,address,uint256,uint256)', // LayerZero and Stargate, by emitter
  across: 'FundsDeposited(bytes32,bytes32,uint256,uint256,uint256,uint256,uint32,uint32,uint32,bytes32,bytes32,bytes32,bytes)',
  cctp: 'DepositForBurn(address,uint256,address,bytes32,uint32,bytes32,bytes32,uint256,uint32,bytes)',
  relay: 'RelayErc20Deposit(address,address,uint256,bytes32)',
  transfer: 'Transfer(address,address,uint256)',
  pool: 'Swap(address,address,int256,int256,uint160,uint128,int24)',
};

/** The words over a house that startHouse has furnished. */
export function treasuryOf(house) {
  const wallet = house.pay_to;
  const { base } = house.sandbox;
  house.rpc.base ??= new ethers.JsonRpcProvider(base.direct_rpc, base.chain_id, {
    staticNetwork: true,
    cacheTimeout: -1,
  }); // ended with the others
  const { rpc, sandbox } = house;

  // -- the service

  /** Starts it anew with `change` merged into its settings, section by section. */
  async function restartWith(change) {
    await house.service.stop();
    const { configFile } = house.service;
    const config = JSON.parse(fs.readFileSync(configFile, 'utf8'));
    for (const [section, values] of Object.entries(change))
      config[section] = { ...config[section], ...values };
    fs.writeFileSync(configFile, JSON.stringify(config, null, 2));
    await house.service.start();
  }
  const onlyRoute = (...names) => restartWith({ conversion: { routes: names.map((name) => ({ name })) } });
  const act = async (action) => {
    const body = { action, reason: 'a test' };
    const answer = await house.call('POST', '/operator/actions', { key: 'operate', body });
    assert.equal(answer.status, 200, answer.text);
  };
  /** `headroom reconcile`: books against chains, without a difference once what moves has arrived. */
  async function reconciles() {
    const { env, configFile } = house.service;
    let text;
    const agree = async () => {
      text = await run(binaryPath(), ['reconcile', '--config', configFile], { env }).catch((error) => error.message);
      return /nothing is missing/.test(text);
    };
    await until('books and chains to agree', agree, 20_000, 1000).catch((error) => assert.fail(`${error.message}: ${text}`));
  }
  const route = async (name) =>
    (await house.get('/routes')).body.routes.find((r) => r.name === name);

  // -- money

  const balance = async (chain, token, who = wallet) =>
    new ethers.Contract(token, ERC20, rpc[chain]).balanceOf(who);
  const usdc = () => balance('polygon', house.polygon.usdc);
  const inBuffer = async () => micro((await house.buffer()).usdc_balance);
  const nonces = async () =>
    Object.fromEntries(
      await Promise.all(CHAINS.map(async (c) => [c, await rpc[c].getTransactionCount(wallet)])),
    );

  // -- conversions

  const conversionOf = async (deposit) => {
    const { body } = await house.get(`/deposits/${deposit.deposit_id}`);
    return body.conversion_id && (await house.get(`/conversions/${body.conversion_id}`)).body;
  };
  const running = (c) => c?.steps.find((s) => s.state !== 'done');
  /** Waits until the running step says `words`. */
  const says = (deposit, words, timeoutMs) =>
    until(
      words,
      async () => {
        const c = await conversionOf(deposit);
        return running(c)?.detail?.includes(words) && c;
      },
      timeoutMs,
    );
  const completed = (deposit, timeoutMs = 60_000) =>
    until(
      'the conversion to complete',
      async () => {
        const c = await conversionOf(deposit);
        return c?.status === 'completed' && c;
      },
      timeoutMs,
      100,
    );
  /** Deposits and sees it through by the route `name`: every micro-dollar of what arrived is in buffer and wallet. */
  async function converts(name, user, amount, between = async () => {}) {
    const [buffer, held] = [await inBuffer(), await usdc()];
    const deposit = await house.fund(user, amount, ROUTES[name].from);
    await between(deposit);
    const c = await completed(deposit);
    assert.deepEqual(
      [c.route, c.failure, c.steps.map((s) => [s.name, s.state])],
      [name, null, ROUTES[name].steps.map((step) => [step, 'done'])],
    );
    assert.equal(micro(c.received) + signed(c.loss), micro(c.amount));
    assert.equal(micro(c.amount), micro(amount));
    assert.equal(await inBuffer(), buffer + micro(c.received), 'the buffer');
    assert.equal(await usdc(), held + micro(c.received), 'the wallet');
    assert.equal((await house.get(`/deposits/${deposit.deposit_id}`)).body.status, 'completed');
    return c;
  }

  // -- what the outside counted

  async function logs(chain, event, address, ...topics) {
    const filter = { fromBlock: 0, toBlock: 'latest', address, topics: [ethers.id(COUNTED[event]), ...topics] };
    return (await rpc[chain].getLogs(filter)).length;
  }
  const ours = ethers.zeroPadValue(wallet, 32);
  /** How often each route took money from us, by its own contracts; and how often something was swapped. */
  async function counted() {
    const { plasma, doubles } = sandbox;
    const okx = ethers.zeroPadValue(doubles.okx.deposit_address, 32);
    const { stargate } = doubles;
    return {
      oft: await logs('plasma', 'sent', plasma.oft, null, ours),
      stargate_plasma: await logs('plasma', 'sent', stargate.plasma_usdt0_pool, null, ours),
      stargate_base: await logs('base', 'sent', stargate.base_usdc_pool, null, ours),
      across_plasma: await logs('plasma', 'across', plasma.spoke_pool),
      across_base: await logs('base', 'across', base.spoke_pool),
      cctp: await logs('base', 'cctp', base.token_messenger),
      relay: await logs('plasma', 'relay', doubles.relay.depository),
      okx: await logs('plasma', 'transfer', plasma.usdt0, ours, okx),
      okx_paid: (await house.control('/okx')).paid,
      swaps: (await house.json(`SELECT count(*) AS n FROM chain_operations WHERE purpose = 'swap' AND status = 'confirmed'`))[0].n,
    };
  }

  // -- the chains' time

  const quiet = () =>
    Promise.all(
      CHAINS.map(async (c) => {
        await rpc[c].send('evm_setAutomine', [false]);
        await rpc[c].send('evm_setIntervalMining', [0]);
      }),
    );
  const ticking = () => Promise.all(CHAINS.map((c) => rpc[c].send('evm_setIntervalMining', [1])));
  const mine = (chain, blocks) => rpc[chain].send('anvil_mine', [ethers.toQuantity(blocks)]);
  async function pool(chain) {
    const { pending } = await rpc[chain].send('txpool_content', []);
    return Object.values(pending).flatMap((byNonce) => Object.values(byNonce));
  }
  const purposeOf = (hash) =>
    house.sql(`SELECT purpose FROM chain_operations WHERE tx_hash = '\\x${hash.slice(2)}'`);

  /**
   * Takes one deposit through its conversion with no block but those that are asked for, and kills the service with
   * each transaction in the pool, with each one mined and not final, and at each of `stops`: {name, reached(conversion),
   * go()}, in their order. Answers {conversion, points}: the names of the places where it was killed.
   */
  async function walk(user, amount, { from, asset, stops = [] }) {
    const points = [];
    const crash = async (name) => {
      points.push(name);
      await house.service.kill();
      await house.service.start();
    };
    await act('pause_conversions');
    const deposit = await house.fund(user, amount, from, asset);
    await quiet();
    const left = [...stops];
    const seen = new Set();
    const step = async () => {
      const c = await conversionOf(deposit);
      if (c?.status === 'completed') return c;
      if (left.length > 0 && (await left[0].reached(c))) {
        const { name, go } = left.shift();
        await crash(name);
        await go?.();
        return undefined;
      }
      for (const chain of CHAINS) {
        const waiting = await pool(chain);
        if (waiting.length === 0) continue;
        const own = waiting.find((tx) => same(tx.from, wallet) && !seen.has(`${chain}/${tx.nonce}`));
        const purpose = own && `${chain} ${await purposeOf(own.hash)}`;
        if (own) {
          seen.add(`${chain}/${own.nonce}`);
          await crash(`${purpose}: in the pool`);
        }
        await mine(chain, 1);
        if (own) await crash(`${purpose}: mined, not final`);
        await mine(chain, 3);
      }
      return undefined;
    };
    try {
      await act('resume_conversions');
      const conversion = await until(`the end after ${points.length} kills`, step, 180_000);
      assert.deepEqual(left.map((s) => s.name), [], 'never reached');
      return { conversion, points };
    } catch (error) {
      const c = await conversionOf(deposit).catch(() => undefined);
      throw new Error(`${error.message}; killed at ${JSON.stringify(points)}; ${JSON.stringify(c?.steps)}`, { cause: error });
    } finally {
      await ticking();
    }
  }

  /** A transfer that `owner` makes beside the service: anvil signs for whom it is told to. */
  const stranger = ethers.Wallet.createRandom().address;
  async function sendFrom(owner, token, to, amount, chain = 'polygon') {
    await rpc[chain].send('anvil_impersonateAccount', [owner]);
    const data = new ethers.Interface(['function transfer(address,uint256)']).encodeFunctionData('transfer', [to, amount]);
    const hash = await rpc[chain].send('eth_sendTransaction', [{ from: owner, to: token, data }]);
    await rpc[chain].send('anvil_stopImpersonatingAccount', [owner]);
    return hash;
  }

  return {
    quiet, ticking, mine, pool, purposeOf, sendFrom, stranger,
    restartWith, onlyRoute, act, reconciles, route,
    balance, usdc, inBuffer, nonces,
    conversionOf, running, says, completed, converts, counted, walk,
  };
}

/** A loss: below zero where a price brought more than was put in. */
const signed = (text) => (text.startsWith('-') ? -micro(text.slice(1)) : micro(text));
const same = (a, b) => a.toLowerCase() === b.toLowerCase();
