// The official client, unmodified, signs market orders and posts them to a venue that answers at once; the other half of
// orders_bench.cpp. One line in, one line out:
//   send KIND MS   orders of signature type KIND for so long; answers orders, nanoseconds, nanoseconds of CPU
// usage: node orders_client.mjs URL
import http from 'node:http';
import { createRequire } from 'node:module';
import path from 'node:path';
import readline from 'node:readline';
import { fileURLToPath, pathToFileURL } from 'node:url';

// The sandbox's packages: this folder has none.
const sandbox = path.join(path.dirname(fileURLToPath(import.meta.url)), '..', 'sandbox', 'package.json');
const load = (name) => import(pathToFileURL(createRequire(sandbox).resolve(name)));
const { ClobClient, OrderType, Side } = await load('@polymarket/clob-client-v2');
const { createWalletClient, http: transport } = await load('viem');
const { privateKeyToAccount } = await load('viem/accounts');
const { polygon } = await load('viem/chains');

http.globalAgent = new http.Agent({ keepAlive: true }); // as ours: no new connection for each order

const IN_FLIGHT = 16; // as orders_bench.cpp: enough to keep one core busy
const [host] = process.argv.slice(2);
const signer = createWalletClient({
  account: privateKeyToAccount(`0x${'1'.padStart(64, '0')}`),
  chain: polygon,
  transport: transport(host),
});
const creds = { key: 'bench', secret: Buffer.alloc(32, 7).toString('base64'), passphrase: 'bench' };
const wallet = `0x${'2'.padStart(40, '0')}`; // a deposit wallet: maker and signer of orders of type 3
const clientOf = (signatureType) =>
  new ClobClient({ host, chain: 137, signer, creds, signatureType, funderAddress: signatureType === 3 ? wallet : undefined });
const clients = { 0: clientOf(0), 3: clientOf(3) };
const wanted = { tokenID: BigInt(`0x${'11'.repeat(32)}`).toString(), amount: 30, price: 0.6, side: Side.BUY };

async function send(client, ms) {
  const cpu = process.cpuUsage();
  const start = process.hrtime.bigint();
  const until = start + BigInt(ms) * 1_000_000n;
  let sent = 0;
  const one = async () => {
    while (process.hrtime.bigint() < until) {
      const answer = await client.postOrder(await client.createMarketOrder({ ...wanted }), OrderType.FOK);
      if (!answer.success) throw new Error(`the venue answered ${JSON.stringify(answer)}`);
      ++sent;
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, one));
  const { user, system } = process.cpuUsage(cpu);
  return `${sent} ${process.hrtime.bigint() - start} ${(user + system) * 1000}`;
}

for await (const line of readline.createInterface({ input: process.stdin })) {
  const [, kind, ms] = /^send ([03]) (\d+)$/.exec(line);
  console.log(await send(clients[kind], Number(ms)));
}
http.globalAgent.destroy();
