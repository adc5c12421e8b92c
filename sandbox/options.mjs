// Command line of main.mjs. A wrong option is refused with one line that names it.
import { parseArgs } from 'node:util';

const USDT0 = '0xB8CE59FC3717ada4C02eaDF9682A9e934F625ebb'; // Plasma
// USDC on base-sepolia: x402 v1 clients know it
const TOKEN_ON = { 84532: '0x036CbD53842c5426634e7929541eC2318f3dCF7e' };
const PLASMA = 9745;

export const USAGE = `node main.mjs [options]
  --deposit-chain-id N     chain id of the deposit chain (${PLASMA})
  --deposit-token 0x..     address of the deposit token (USDT0 on Plasma; USDC on base-sepolia for 84532)
  --service-address 0x..   gets 1000 native coins on every chain and --service-usdc on Polygon
  --service-usdc N         (100000)
  --gas-address 0x..       gets 1000 native coins on every chain; may be repeated
  --users N                accounts with 10,000 of every source's token each and no gas coin (4)
  --block-time S           a block every S seconds (default: at once, and an empty one every second)
  --no-conversion          no LayerZero, no Uniswap
  --no-chains              only the CLOB double
  --exchange-events        fills move shares and pUSD on Polygon (a setting of the venue's control too)
  --trade-delay-ms N       from MATCHED to MINED, and from there to CONFIRMED (20)`;

const SPEC = {
  'deposit-chain-id': { type: 'string', default: String(PLASMA) },
  'deposit-token': { type: 'string' },
  'service-address': { type: 'string' },
  'gas-address': { type: 'string', multiple: true, default: [] },
  'service-usdc': { type: 'string', default: '100000' },
  users: { type: 'string', default: '4' },
  'block-time': { type: 'string' },
  'trade-delay-ms': { type: 'string', default: '20' },
  'no-conversion': { type: 'boolean', default: false },
  'no-chains': { type: 'boolean', default: false },
  'exchange-events': { type: 'boolean', default: false },
  help: { type: 'boolean', default: false },
};

export function parseOptions(argv) {
  const v = parsed(argv);
  const depositChainId = integer('--deposit-chain-id', v['deposit-chain-id'], 1, 2 ** 32);
  return {
    help: v.help,
    depositChainId,
    depositToken: address(
      '--deposit-token',
      v['deposit-token'] ?? TOKEN_ON[depositChainId] ?? USDT0,
    ),
    serviceAddress: v['service-address'] && address('--service-address', v['service-address']),
    gasAddresses: v['gas-address'].map((text) => address('--gas-address', text)),
    serviceUsdc: integer('--service-usdc', v['service-usdc'], 0, 1e12),
    users: integer('--users', v.users, 0, 1000),
    blockTime:
      v['block-time'] === undefined ? null : integer('--block-time', v['block-time'], 1, 600),
    tradeDelayMs: integer('--trade-delay-ms', v['trade-delay-ms'], 0, 3_600_000),
    conversion: !v['no-conversion'],
    chains: !v['no-chains'],
    exchangeEvents: v['exchange-events'],
  };
}

function parsed(argv) {
  try {
    return parseArgs({ args: argv, options: SPEC, strict: true }).values;
  } catch (e) {
    throw new Error(e.message.split('\n')[0]);
  }
}

function integer(name, text, min, max) {
  const n = /^\d+$/.test(text) ? Number(text) : NaN;
  if (!(n >= min && n <= max))
    throw new Error(`${name} must be an integer from ${min} to ${max}, not "${text}"`);
  return n;
}

function address(name, text) {
  if (!/^0x[0-9a-fA-F]{40}$/.test(text))
    throw new Error(`${name} must be 0x and 40 hex digits, not "${text}"`);
  return text;
}
