// What the tests of the treasury's doubles share: a funded service, its view of the chains, the control calls.
import assert from 'node:assert/strict';
import { ethers } from 'ethers';
import { connect, request, startSandbox } from './support.mjs';

export const usd = (amount) => ethers.parseUnits(String(amount), 6);
const TOKEN_ABI = [
  'function balanceOf(address) view returns (uint256)',
  'function allowance(address,address) view returns (uint256)',
  'function approve(address,uint256)',
  'function transfer(address,uint256)',
  'event Transfer(address indexed from,address indexed to,uint256 value)',
];

/**
 * A sandbox whose service owns `money` of each token. Answers {info, doubles, service, plasma, polygon, base, control(path),
 * stop()}; a chain is {provider, wallet, token(address), description}.
 */
export async function startTreasury(money = 10_000) {
  const service = ethers.Wallet.createRandom();
  const sandbox = await startSandbox(['--service-address', service.address]);
  const { info } = sandbox;
  const control = async (path, expected = 200) => {
    const answer = await request(`${info.control_url}${path}`, { method: 'POST' });
    assert.equal(answer.status, expected, `${path}: ${answer.text}`);
    return answer.json;
  };
  const plasma = linked(info.plasma, service);
  const polygon = linked(info.polygon, service);
  const base = linked(info.base, service);
  for (const [chain, token] of [
    ['plasma', 'usdt0'],
    ['polygon', 'usdt0'],
    ['polygon', 'usdc'],
    ['polygon', 'usdce'],
    ['base', 'usdc'],
  ])
    await control(`/mint?chain=${chain}&token=${token}&to=${service.address}&amount=${money}`);
  return {
    info,
    doubles: info.doubles,
    service,
    plasma,
    polygon,
    base,
    control,
    async stop() {
      for (const { provider } of [plasma, polygon, base]) provider.destroy();
      await sandbox.stop();
    },
  };
}

function linked(description, service) {
  const { provider, wallet } = connect(description, service);
  const at = (address, abi) => new ethers.Contract(address, abi, wallet);
  return { ...description, provider, wallet, at, token: (address) => at(address, TOKEN_ABI) };
}

export const done = async (sent) => (await sent).wait();

/** What `act` changes in what `owner` holds of `token`. */
export async function gained(token, owner, act) {
  const opening = await token.balanceOf(owner);
  await act();
  return (await token.balanceOf(owner)) - opening;
}

/** The selector a call or an estimate reverts with. */
export async function revertOf(call) {
  try {
    await call;
  } catch (e) {
    return (e.data ?? e.info?.error?.data ?? '').slice(0, 10) || e.reason || e.shortMessage;
  }
  return 'no revert';
}
