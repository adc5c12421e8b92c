// Contract artifacts: our test contracts compiled by solc (cached), and the real ones from npm.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)));
const modules = path.join(root, 'node_modules');
const contracts = path.join(root, 'contracts');
const cache = path.join(root, '.cache');
const compiler = path.join(root, 'chains', 'solc.mjs');

const run = promisify(execFile);
const RUN = { timeout: 120_000, maxBuffer: 32 << 20 };

const REAL = {
  EndpointV2:
    '@layerzerolabs/lz-evm-protocol-v2/artifacts/contracts/EndpointV2.sol/EndpointV2.json',
  SendUln302:
    '@layerzerolabs/lz-evm-messagelib-v2/artifacts/contracts/uln/uln302/SendUln302.sol/SendUln302.json',
  ReceiveUln302:
    '@layerzerolabs/lz-evm-messagelib-v2/artifacts/contracts/uln/uln302/ReceiveUln302.sol/ReceiveUln302.json',
  UniswapV3Factory:
    '@uniswap/v3-core/artifacts/contracts/UniswapV3Factory.sol/UniswapV3Factory.json',
  NonfungiblePositionManager:
    '@uniswap/v3-periphery/artifacts/contracts/NonfungiblePositionManager.sol/NonfungiblePositionManager.json',
  SwapRouter: '@uniswap/v3-periphery/artifacts/contracts/SwapRouter.sol/SwapRouter.json',
  SpokePool:
    '@across-protocol/contracts/dist/evm/artifacts/Ethereum_SpokePool.sol/Ethereum_SpokePool.json',
  ERC1967Proxy: '@across-protocol/contracts/dist/evm/artifacts/ERC1967Proxy.sol/ERC1967Proxy.json',
  QuoterV2: '@uniswap/v3-periphery/artifacts/contracts/lens/QuoterV2.sol/QuoterV2.json',
};

/** The npm artifact `name` as {abi, bytecode}. */
export function realArtifact(name) {
  const json = JSON.parse(fs.readFileSync(path.join(modules, REAL[name]), 'utf8'));
  return { abi: json.abi, bytecode: json.bytecode };
}

/**
 * All contracts of `file` as {name: {abi, bytecode, runtime}}; compiles only what the cache does
 * not hold.
 */
export async function compiled(file) {
  // the last pins solc and imports
  const inputs = [path.join(contracts, file), compiler, path.join(root, 'package.json')];
  const hash = createHash('sha256');
  for (const input of inputs) hash.update(fs.readFileSync(input));
  const key = hash.digest('hex');
  const cached = path.join(cache, `${path.basename(file, '.sol')}-${key.slice(0, 24)}.json`);
  try {
    return JSON.parse(fs.readFileSync(cached, 'utf8'));
  } catch {
    const result = await compile(file);
    store(cached, JSON.stringify(result));
    return result;
  }
}

async function compile(file) {
  const { stdout } = await run(process.execPath, [compiler, file], RUN);
  const output = JSON.parse(stdout);
  const errors = (output.errors ?? []).filter((e) => e.severity === 'error');
  if (errors.length) throw new Error(errors.map((e) => e.formattedMessage).join('\n'));
  return Object.fromEntries(
    Object.entries(output.contracts[file]).map(([name, c]) => [
      name,
      {
        abi: c.abi,
        bytecode: `0x${c.evm.bytecode.object}`,
        runtime: `0x${c.evm.deployedBytecode.object}`,
      },
    ]),
  );
}

/**
 * Several sandboxes may start at once: write aside, then rename. A read-only checkout only loses
 * the cache.
 */
function store(target, text) {
  try {
    fs.mkdirSync(cache, { recursive: true });
    const aside = `${target}.${process.pid}`;
    fs.writeFileSync(aside, text);
    fs.renameSync(aside, target);
  } catch (e) {
    console.error(`[sandbox] compile cache not written: ${e.message}`);
  }
}
