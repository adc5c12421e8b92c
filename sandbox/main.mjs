// Starts the sandbox, prints one JSON line on stdout when everything answers, runs until SIGINT,
// SIGTERM or, with EXIT_ON_STDIN_CLOSE=1, until stdin closes. Logs go to stderr.
import { describe, sources, startChains, users } from './chains/chains.mjs';
import { recordFill } from './chains/exchange.mjs';
import { startVenue } from './clob/server.mjs';
import { startControl } from './control.mjs';
import { parseOptions, USAGE } from './options.mjs';
import { startDoubles, treasuryArtifacts } from './treasury/doubles.mjs';

const EXIT_AFTER_MS = 100;
const running = []; // things with stop() or close(), in order of their start
let stopping = false;

function stop(code, reason) {
  if (stopping) return;
  stopping = true;
  if (reason) console.error(`[sandbox] ${reason}`);
  for (const part of running.reverse()) (part.stop ?? part.close).call(part);
  setTimeout(() => process.exit(code), EXIT_AFTER_MS); // by then the answers under way are out
}

async function main() {
  const options = parseOptions(process.argv.slice(2));
  if (options.help) return console.log(USAGE);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => stop(0));
  if (process.env.EXIT_ON_STDIN_CLOSE)
    process.stdin
      .on('end', () => stop(0))
      .on('error', () => stop(0))
      .resume();

  const started = Date.now();
  let chains = null;
  const onFill = (exchange, trade, settings) => {
    if (!chains) return undefined;
    const { rpc, settlement } = chains.polygon;
    const settles = settings.exchange_events && trade.token.market.version === 'v1';
    if (settles) return settlement.add(exchange, trade, settings.on_chain_shortage);
    recordFill(rpc, exchange, trade).catch((e) =>
      console.error(`[sandbox] fill of ${trade.orderId} not on chain: ${e.message}`),
    );
    return undefined;
  };
  const fatal = (reason) => stop(1, reason);
  const chain = () => chains?.polygon ?? null;
  const venue = await startVenue({ tradeDelayMs: options.tradeDelayMs, onFill, chain });
  venue.venue.settings.exchange_events = options.exchangeEvents;
  running.push(venue);
  const artifacts = options.chains && options.conversion ? treasuryArtifacts() : null;
  artifacts?.catch(() => {}); // awaited below
  chains = options.chains ? await startChains(options, venue.venue.markets.all(), fatal) : null;
  if (chains) chains.polygon.settlement.onRefused = (trade) => venue.venue.fail(trade);
  if (chains) running.push(chains);
  if (stopping) return chains?.stop();
  if (artifacts) {
    chains.doubles = await startDoubles(chains, await artifacts);
    running.push(chains.doubles);
    if (stopping) return chains.doubles.close();
  }

  const summary = {
    plasma: chains && describe(chains.plasma),
    polygon: chains && describe(chains.polygon),
    base: chains && describe(chains.base),
    sources: chains ? sources(chains) : [],
    across: chains?.across?.api.describe() ?? null,
    cctp: chains?.cctp ? { iris_url: chains.cctp.iris.url } : null,
    venue: venue.describe(),
    doubles: chains?.doubles?.describe() ?? null,
    users: users(options.users).map(({ address, privateKey }) => ({
      address,
      private_key: privateKey,
    })),
    markets: venue.markets(),
  };
  const control = await startControl(chains, () => summary);
  running.push(control);
  summary.control_url = control.url;
  console.error(`[sandbox] ready after ${Date.now() - started} ms`);
  console.log(JSON.stringify(summary));
}

main().catch((e) => stop(1, e.message));
