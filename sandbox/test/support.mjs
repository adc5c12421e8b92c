// Starts the sandbox as its users do, and a small trader made with ethers for the cases the
// official client avoids.
import { spawn } from 'node:child_process';
import { createHmac, webcrypto } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath } from 'node:url';
import { ethers } from 'ethers';

globalThis.crypto ??= webcrypto; // Node 18: the official clients expect the browser's crypto

const main = path.join(path.dirname(path.dirname(fileURLToPath(import.meta.url))), 'main.mjs');
const START_TIMEOUT_MS = 150_000;
export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Runs main.mjs and waits for its line. Answers {info, child, stop()}. */
export async function startSandbox(args = [], { env = {}, stdin = 'ignore' } = {}) {
  const child = spawn(process.execPath, [main, ...args], {
    stdio: [stdin, 'pipe', 'inherit'],
    env: { ...process.env, ...env },
  });
  const lines = [];
  const first = new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new Error('the sandbox did not start in time')),
      START_TIMEOUT_MS,
    );
    readline.createInterface({ input: child.stdout }).on('line', (line) => {
      clearTimeout(timer);
      lines.push(line);
      resolve();
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`the sandbox ended with ${code}`));
    });
  });
  await first.catch((e) => {
    child.kill('SIGKILL');
    throw e;
  });
  return {
    info: JSON.parse(lines[0]),
    lines,
    child,
    async stop(signal = 'SIGTERM') {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill(signal);
      await once(child, 'exit');
    },
  };
}

/** Our view of a chain, and `wallet` on it. */
export function connect({ rpc, chain_id: chainId }, wallet) {
  const network = new ethers.Network('local', chainId);
  const provider = new ethers.JsonRpcProvider(rpc, network, {
    staticNetwork: network,
    pollingInterval: 50,
    cacheTimeout: -1,
  });
  return { provider, wallet: wallet.connect(provider) };
}

/** Polls until `check` answers something true; fails after `timeoutMs`. */
export async function until(check, timeoutMs = 60_000) {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await sleep(25)) {
    const value = await check();
    if (value) return value;
  }
  throw new Error('waited in vain');
}

const OFT_ABI = [
  'function quoteSend((uint32,bytes32,uint256,uint256,bytes,bytes,bytes),bool) view returns (uint256 nativeFee,uint256 lzTokenFee)',
  'function send((uint32,bytes32,uint256,uint256,bytes,bytes,bytes),(uint256,uint256),address) payable',
  'event OFTSent(bytes32 indexed guid,uint32,address indexed,uint256,uint256)',
  'event OFTReceived(bytes32 indexed guid,uint32,address indexed,uint256)',
];

/** USDT0 of `wallet` from Plasma to itself on Polygon: {send(amount), received(guid, link)}. */
export function oftRoute({ plasma, polygon, control_url: control }, wallet) {
  const oft = new ethers.Contract(plasma.oft, OFT_ABI, wallet);
  return {
    async send(amount) {
      await post(`${control}/mint?chain=plasma&token=usdt0&to=${wallet.address}&amount=${amount}`);
      const units = ethers.parseUnits(String(amount), 6);
      const to = ethers.zeroPadValue(wallet.address, 32);
      const param = [polygon.eid, to, units, units, '0x', '0x', '0x'];
      const { nativeFee } = await oft.quoteSend(param, false);
      const value = { value: nativeFee };
      const sent = await oft.send(param, [nativeFee, 0n], wallet.address, value);
      const receipt = await sent.wait();
      const events = receipt.logs.map((l) => oft.interface.parseLog(l));
      return { guid: events.find((l) => l?.name === 'OFTSent').args.guid, receipt };
    },
    async received(guid, { provider }) {
      const there = new ethers.Contract(polygon.oft, OFT_ABI, provider);
      return (await there.queryFilter(there.filters.OFTReceived(guid)))[0];
    },
  };
}

/** {status, headers, text, json}; transport errors reject. */
export function request(
  url,
  { method = 'GET', headers = {}, body, agent, timeoutMs = 10_000 } = {},
) {
  return new Promise((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const req = http.request(
      url,
      { method, headers: { 'content-type': 'application/json', ...length, ...headers }, agent },
      (res) => {
        const parts = [];
        res
          .on('data', (part) => parts.push(part))
          .on('error', reject)
          .on('end', () => {
            const text = Buffer.concat(parts).toString();
            let json;
            try {
              json = JSON.parse(text);
            } catch {
              json = undefined;
            }
            resolve({ status: res.statusCode, headers: res.headers, text, json });
          });
      },
    );
    req.setTimeout(timeoutMs, () => req.destroy(new Error('timeout')));
    req.on('error', reject).end(body);
  });
}

export const post = (url, body) =>
  request(url, { method: 'POST', body: body === undefined ? undefined : JSON.stringify(body) });

const fields = (list) =>
  list.split(',').map((f) => ({ type: f.split(' ')[0], name: f.split(' ')[1] }));
const ORDER = {
  Order: fields(
    'uint256 salt,address maker,address signer,uint256 tokenId,uint256 makerAmount,uint256 takerAmount,' +
      'uint8 side,uint8 signatureType,uint256 timestamp,bytes32 metadata,bytes32 builder',
  ),
};
const WRAPPED = {
  ...ORDER,
  TypedDataSign: fields(
    'Order contents,string name,string version,uint256 chainId,address verifyingContract,bytes32 salt',
  ),
};
const AUTH = { ClobAuth: fields('address address,string timestamp,uint256 nonce,string message') };
const now = () => Math.floor(Date.now() / 1000);
let nextSalt = Date.now();

export class Trader {
  constructor(venue, wallet = ethers.Wallet.createRandom()) {
    this.venue = venue;
    this.wallet = wallet;
    this.address = wallet.address;
  }

  async l1({ timestamp = String(now()), nonce = 0 } = {}) {
    const message = {
      address: this.address,
      timestamp,
      nonce,
      message: 'This message attests that I control the given wallet',
    };
    const signature = await this.wallet.signTypedData(
      { name: 'ClobAuthDomain', version: '1', chainId: 137 },
      AUTH,
      message,
    );
    return {
      POLY_ADDRESS: this.address,
      POLY_SIGNATURE: signature,
      POLY_TIMESTAMP: timestamp,
      POLY_NONCE: String(nonce),
    };
  }

  async login() {
    const { json } = await request(`${this.venue.url}/auth/api-key`, {
      method: 'POST',
      headers: await this.l1(),
    });
    this.key = json;
    return this;
  }

  l2(method, pathname, body = '', { timestamp = String(now()), secret = this.key.secret } = {}) {
    const mac = createHmac('sha256', Buffer.from(secret, 'base64'))
      .update(timestamp + method + pathname + body)
      .digest('base64');
    return {
      POLY_ADDRESS: this.address,
      POLY_API_KEY: this.key.apiKey,
      POLY_PASSPHRASE: this.key.passphrase,
      POLY_TIMESTAMP: timestamp,
      POLY_SIGNATURE: mac.replace(/\+/g, '-').replace(/\//g, '_'),
    };
  }

  call(method, target, value, options = {}) {
    const body =
      value === undefined ? undefined : typeof value === 'string' ? value : JSON.stringify(value);
    const headers = this.l2(method, target.split('?')[0], body, options);
    return request(this.venue.url + target, { method, headers, body, ...options });
  }

  /** An order's signature; of type 3 the ERC-7739 one in the name of the deposit wallet. */
  async sign(domain, value) {
    if (value.signatureType !== 3) return this.wallet.signTypedData(domain, ORDER, value);
    const inner = await this.wallet.signTypedData(domain, WRAPPED, {
      contents: value,
      name: 'DepositWallet',
      version: '1',
      chainId: 137,
      verifyingContract: value.signer,
      salt: ethers.ZeroHash,
    });
    const encoder = ethers.TypedDataEncoder.from(ORDER);
    const type = ethers.toUtf8Bytes(encoder.encodeType('Order'));
    return ethers.concat([
      inner,
      ethers.TypedDataEncoder.hashDomain(domain),
      encoder.hash(value),
      type,
      ethers.toBeHex(type.length, 2),
    ]);
  }

  /**
   * A signed POST /order body. `over` replaces fields before, `after` fields behind the signature.
   */
  async payload(
    market,
    over = {},
    { after = {}, type = 'FOK', negRisk = market.neg_risk, postOnly = false } = {},
  ) {
    const order = {
      salt: (nextSalt += 1),
      maker: this.address,
      signer: this.address,
      tokenId: market.token_id,
      makerAmount: '10000000',
      takerAmount: '20000000',
      side: 'BUY',
      signatureType: 0,
      timestamp: String(Date.now()),
      metadata: ethers.ZeroHash,
      builder: ethers.ZeroHash,
      ...over,
    };
    const verifyingContract = negRisk ? this.venue.neg_risk_exchange : this.venue.exchange;
    const domain = {
      name: 'Polymarket CTF Exchange',
      version: '2',
      chainId: 137,
      verifyingContract,
    };
    const { expiration = '0', ...typed } = order;
    const value = { ...typed, side: order.side === 'BUY' ? 0 : 1 };
    const signature = await this.sign(domain, value);
    this.lastId = ethers.TypedDataEncoder.hash(domain, ORDER, value);
    return {
      deferExec: false,
      postOnly,
      order: { ...typed, expiration, signature, ...after },
      owner: this.key.apiKey,
      orderType: type,
    };
  }

  /** `shares` and `money` as they are signed, in micro. */
  async sell(market, shares, money, options) {
    const over = { side: 'SELL', makerAmount: String(shares), takerAmount: String(money) };
    return this.call('POST', '/order', await this.payload(market, over, options));
  }

  async buy(market, over, options) {
    return this.call('POST', '/order', await this.payload(market, over, options));
  }
}
