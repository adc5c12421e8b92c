// The web sockets of the CLOB, /ws/market and /ws/user: hints of what the venue did. No replay, no
// sequence numbers, as really.
import { WebSocketServer } from 'ws';
import { tradeStatus } from '../clob/views.mjs';
import { Refusal, serve } from '../http.mjs';
import { gammaMarket } from './gamma.mjs';
import {
  bestBidAsk,
  bookEvent,
  lastTradePrice,
  marketResolved,
  orderEvent,
  priceChange,
  tickSizeChange,
  tradeEvent,
} from './socket_events.mjs';

/**
 * `up` works; `stall` keeps connections open and says nothing, not even PONG; `mute` answers PING but
 * tells no events; `refuse` takes no new connection.
 */
export const SOCKET_MODES = ['up', 'stall', 'mute', 'refuse'];
const FINAL = ['CONFIRMED', 'FAILED'];
const [FIRST_LOOK_MS, LONGEST_LOOK_MS] = [5, 500];
const LONGEST_WAIT_MS = 60_000; // for the chain

/** Serves both channels over `venue` on a port of its own. Answers {url, set(), status(), close()}. */
export async function startSockets({ venue, keys }) {
  const sockets = new Sockets(venue, keys);
  const http = await serve(() => {
    throw new Refusal(426, 'web sockets only');
  });
  http.server.on('upgrade', (req, socket, head) => sockets.upgrade(req, socket, head));
  return {
    url: `${http.url.replace('http', 'ws')}/ws`,
    set: (change) => sockets.set(change),
    status: () => sockets.status(),
    close() {
      sockets.drop();
      http.close();
    },
  };
}

class Sockets {
  #server = new WebSocketServer({ noServer: true });
  #clients = new Set(); // {ws, channel, joined}, with what it asked for once it has joined
  #mode = 'up';
  #sent = 0;

  constructor(venue, keys) {
    this.venue = venue;
    this.keys = keys;
    venue.events.on('order', (record) => this.#order(record));
    venue.events.on('trade', (trade) => this.#trade(trade));
    venue.events.on('book', (token, before) => this.#book(token, before));
    venue.events.on('resolved', (market) => this.#resolved(market));
  }

  /** {mode?, drop?: true closes all connections} */
  set({ mode = this.#mode, drop = false }) {
    if (!SOCKET_MODES.includes(mode)) throw new Refusal(400, `mode must be one of ${SOCKET_MODES}`);
    this.#mode = mode;
    if (drop) this.drop();
    return this.status();
  }

  status() {
    const count = (channel) => [...this.#clients].filter((c) => c.channel === channel).length;
    return { mode: this.#mode, market: count('market'), user: count('user'), sent: this.#sent };
  }

  drop() {
    for (const { ws } of this.#clients) ws.terminate();
  }

  upgrade(req, socket, head) {
    const channel = { '/ws/market': 'market', '/ws/user': 'user' }[req.url.split('?')[0]];
    if (!channel || this.#mode === 'refuse') {
      socket.end(`HTTP/1.1 ${channel ? '503 Service Unavailable' : '404 Not Found'}\r\n\r\n`);
      return;
    }
    this.#server.handleUpgrade(req, socket, head, (ws) => {
      const client = { ws, channel, joined: false };
      this.#clients.add(client);
      ws.on('close', () => this.#clients.delete(client));
      ws.on('error', () => ws.terminate());
      ws.on('message', (bytes) => this.#heard(client, String(bytes)));
    });
  }

  #heard(client, text) {
    if (this.#mode === 'stall') return;
    if (text === 'PING') return client.ws.send('PONG');
    let understood = false;
    try {
      const message = JSON.parse(text);
      understood =
        client.channel === 'market' ? this.#market(client, message) : this.#user(client, message);
    } catch {
      // no JSON, or of another shape
    }
    if (!understood) client.ws.send('INVALID OPERATION');
    return undefined;
  }

  /** {assets_ids, type: "market", custom_feature_enabled?} first, then {operation, assets_ids}. */
  #market(client, { type, operation, assets_ids: ids, custom_feature_enabled: custom }) {
    if (!Array.isArray(ids) || (client.joined ? !operation : type !== 'market')) return false;
    client.joined = true;
    client.assets ??= new Set();
    if (custom !== undefined) client.custom = Boolean(custom);
    if (operation === 'unsubscribe') {
      for (const id of ids) client.assets.delete(id);
      return true;
    }
    const fresh = ids.filter((id) => !client.assets.has(id));
    for (const id of fresh) client.assets.add(id);
    const tokens = fresh.map((id) => this.venue.markets.token(id)).filter(Boolean);
    if (tokens.length) this.#send(client, tokens.map(bookEvent));
    return true;
  }

  /** {auth, type: "user", markets?: condition ids, all if absent} first, then {operation, markets}. */
  #user(client, { type, auth, operation, markets }) {
    if (!client.joined) {
      const credential = type === 'user' ? this.keys.known(auth) : undefined;
      if (!credential) client.ws.close();
      if (!credential) return true;
      const some = markets?.length ? new Set(markets.map((m) => m.toLowerCase())) : null;
      Object.assign(client, { joined: true, credential, markets: some });
      return true;
    }
    if (!Array.isArray(markets)) return false;
    client.markets ??= new Set();
    for (const m of markets)
      client.markets[operation === 'unsubscribe' ? 'delete' : 'add'](m.toLowerCase());
    return true;
  }

  #send({ ws }, message) {
    if (this.#mode === 'stall' || this.#mode === 'mute') return;
    this.#sent += 1;
    ws.send(JSON.stringify(message));
  }

  #tellUser(owner, account, market, message) {
    for (const client of this.#clients) {
      const { credential, markets } = client;
      if (!credential || (markets && !markets.has(market.conditionId))) continue;
      if (credential.key === owner || credential.address === account) this.#send(client, message());
    }
  }

  #tellMarket(tokens, message, customOnly = false) {
    for (const client of this.#clients) {
      if (
        client.assets &&
        tokens.some((t) => client.assets.has(t.tokenId)) &&
        (client.custom || !customOnly)
      )
        this.#send(client, message());
    }
  }

  #order(record) {
    const event = orderEvent(record);
    if (event) this.#tellUser(record.owner, record.account, record.token.market, () => event);
  }

  /** Its status again and again until it is final, or never will be. */
  #trade(trade) {
    const { token } = trade;
    this.#tellMarket([token], () => lastTradePrice(trade));
    const end = trade.matchedAt + 2 * trade.delayMs + LONGEST_WAIT_MS;
    let told;
    const look = (wait) => {
      const { status } = tradeStatus(trade, Date.now());
      if (status !== told)
        this.#tellUser(trade.owner, trade.account, token.market, () => tradeEvent(trade));
      const next = status === told ? Math.min(LONGEST_LOOK_MS, 2 * wait) : FIRST_LOOK_MS;
      told = status;
      if (!FINAL.includes(status) && Date.now() < end) setTimeout(() => look(next), next).unref();
    };
    look(FIRST_LOOK_MS);
  }

  #book(token, before) {
    const { market } = token;
    if (before.tick !== market.tick)
      this.#tellMarket(market.tokens, () => tickSizeChange(token, before.tick));
    const change = priceChange(token, before);
    if (!change) return;
    this.#tellMarket([token], () => change);
    this.#tellMarket([token], () => bestBidAsk(token), true);
  }

  #resolved(market) {
    const { id } = gammaMarket(market);
    this.#tellMarket(market.tokens, () => marketResolved(market, id), true);
  }
}
