// What goes wrong during a soak: one thing after the other at the chains' nodes, and another at the doubles, each for a
// moment and from the seed alone.
import { sleep } from '../../../sandbox/stack/process.mjs';
import { seeded } from '../crash/random.mjs';

const pair = (on, off) => ({ on, off });
const chains = ['plasma', 'polygon', 'base'];
const node = (chain, query) => {
  const n = query.includes('node=') ? '' : '&node=1';
  return pair(`/chain/${chain}/rule?${query}${n}`, `/chain/${chain}/rule?clear=1${/node=2/.test(query) ? '&node=2' : n}`);
};

/** Of one of the two nodes before each chain. */
const NODES = chains.flatMap((chain) => [
  node(chain, 'kind=limit'),
  node(chain, 'kind=limit&status=429&node=2'),
  node(chain, 'kind=error'),
  node(chain, 'kind=lag&n=4'),
  node(chain, 'kind=lag&n=4&node=2'),
  node(chain, 'kind=frozen'),
  node(chain, 'kind=null'),
  node(chain, 'kind=empty'),
  node(chain, 'kind=range&n=2'),
  node(chain, 'kind=lost&times=2'),
  node(chain, 'kind=hang&method=eth_call&times=2'),
  node(chain, 'kind=tip_floor&n=25'),
  pair(`/chain/${chain}?mode=refuse`, `/chain/${chain}?mode=up`),
  pair(`/chain/${chain}?mode=http500&node=2`, `/chain/${chain}?mode=up&node=2`),
]);

const okx = (kind, route, times = 2) =>
  pair(`/fault/okx?kind=${kind}&times=${times}&route=${encodeURIComponent(route)}`, '/fault/okx?clear=1');
const host = (name, kind, times = 3) => pair(`/fault/${name}?kind=${kind}&times=${times}`, `/fault/${name}?clear=1`);

/**
 * Of bridges, markets, the exchange and the signer. Nothing after which only a human may go on: a withdrawal that the
 * exchange may never have heard of.
 */
const DOUBLES = [
  pair('/oft?mode=hold', '/oft?mode=auto&retry=1'),
  pair('/oft?mode=half', '/oft?mode=auto&retry=1'),
  pair('/oft?mode=verify', '/oft?mode=auto&retry=1'),
  pair('/oft?mode=alert', '/oft?mode=auto&retry=1'),
  pair('/across?mode=never', '/across?mode=fill'),
  pair('/across?mode=slow&slow_bps=9995', '/across?mode=fill'),
  ...['429', '500', '502', 'drop'].map((fault) => pair(`/across/api?fault=${fault}`, '/across/api?reset=1')),
  pair('/across/api?output_bps=9980', '/across/api?reset=1'),
  pair('/across/api?spoke_pool=0x00000000000000000000000000000000deadbeef', '/across/api?reset=1'),
  pair('/cctp?mode=never', '/cctp?mode=auto'),
  pair('/cctp?steal=1', '/cctp?steal=0'),
  ...['429', '500', 'drop'].map((fault) => pair(`/cctp/iris?fault=${fault}`, '/cctp/iris?reset=1')),
  pair('/cctp/iris?unattested=500', '/cctp/iris?reset=1'),
  pair('/relay?outcome=never', '/relay?outcome=fill'),
  pair('/relay?outcome=delay', '/relay?outcome=fill'),
  pair('/relay?forge=to', '/relay?forge=none'),
  pair('/relay?outage=1', '/relay?outage=0'),
  ...['rate_limited', 'error_500', 'drop', 'gateway', 'html'].map((kind) => host('relay', kind)),
  pair('/stargate?mode=hold', '/stargate?mode=auto'),
  pair('/okx?deposit_state=8', '/okx?deposit_state=auto'),
  pair('/okx?withdrawal=review', '/okx?withdrawal=auto'),
  pair('/okx?not_found=3', '/okx?not_found=0'),
  pair('/okx?fill_ppm=500000', '/okx?fill_ppm=1000000'),
  pair('/okx?suspended_withdrawals=USDC-Polygon', '/okx?suspended_withdrawals='),
  okx('rate_limited', 'GET'),
  okx('busy', 'GET'),
  ...['timeout', 'lost', 'mute', 'gateway'].map((kind) => okx(kind, 'POST')),
  ...['wrong_router', 'wrong_receiver', 'wrong_selector', 'low_minimum', 'value'].map((mode) =>
    pair(`/oneinch?mode=${mode}`, '/oneinch?mode=honest')),
  pair('/oneinch?quote_ppm=1000200', '/oneinch?quote_ppm=999950'), // a promise that its router does not keep
  ...['rate_limited', 'silent', 'no_liquidity'].map((kind) => host('oneinch', kind)),
  pair('/signer?mode=refuse', '/signer?mode=honest'),
  pair('/signer?mode=other_to', '/signer?mode=honest'),
  host('signer', 'slow', 5),
];

/** Everybody well, whatever was on. */
export async function heal(house) {
  for (const { off } of [...NODES, ...DOUBLES]) await house.control(off);
}

/** Answers {struck, stop()}: by `on`, how often each was switched on. */
export function startPlagues(house, { seed, longestMs }) {
  const struck = {};
  let stopped = false;
  const plague = async (name, list) => {
    const random = seeded(seed, 'faults', name);
    while (!stopped) {
      const { on, off } = random.pick(list);
      await house.control(on);
      struck[on] = (struck[on] ?? 0) + 1;
      await sleep(random.between(200, longestMs));
      await house.control(off);
      await sleep(random.between(100, 500));
    }
  };
  const running = Promise.all([plague('nodes', NODES), plague('doubles', DOUBLES)]);
  running.catch(() => {}); // awaited in stop
  return {
    struck,
    async stop() {
      stopped = true;
      await running;
      await heal(house);
    },
  };
}
