#include "app.hpp"

#include <spdlog/spdlog.h>
#include <sys/random.h>
#include <algorithm>

#include <caf/all.hpp>
#include <cerrno>
#include <condition_variable>
#include <csignal>
#include <cstdio>
#include <mutex>
#include <system_error>
#include <thread>

#include "actors/balance_actor.hpp"
#include "actors/bet_actor.hpp"
#include "actors/buffer_actor.hpp"
#include "actors/conversion_actor.hpp"
#include "actors/deposit_actor.hpp"
#include "actors/external_outbox_actor.hpp"
#include "actors/guardian_actor.hpp"
#include "actors/house_counters.hpp"
#include "actors/inspector_actor.hpp"
#include "actors/journal_actor.hpp"
#include "actors/query_actor.hpp"
#include "actors/registry.hpp"
#include "actors/sale_actor.hpp"
#include "actors/settlement_actor.hpp"
#include "actors/withdrawal_actor.hpp"
#include "actors/withdrawal_desk.hpp"
#include "actors/work_switches.hpp"
#include "app_keys.hpp"
#include "app_rest_routes.hpp"
#include "app_sources.hpp"
#include "app_withdrawals.hpp"
#include "chain/evm/ethereum_port.hpp"
#include "chain/evm/json_rpc.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/signature_actor.hpp"
#include "chain/evm/wallet_actor.hpp"
#include "chain/polymarket/account_keeper.hpp"
#include "chain/polymarket/market_actor.hpp"
#include "chain/polymarket/resolution_actor.hpp"
#include "chain/polymarket/venue_actor.hpp"
#include "chain/treasury/audit_actor.hpp"
#include "chain/treasury/direct_route.hpp"
#include "chain/x402/payment_router.hpp"
#include "chain/x402/x402_port.hpp"
#include "http/server.hpp"
#include "net/ws_client.hpp"
#include "persistence/migrations.hpp"
#include "persistence/operator_orders.hpp"
#include "persistence/pg_reader.hpp"
#include "persistence/pg_store.hpp"

/// The wiring: who is started with what, in which order, and how it all ends. Nothing is decided
/// here.
namespace headroom {
namespace {

using actors::component;

timestamp wall_clock_now() {
  return {std::chrono::duration_cast<std::chrono::microseconds>(
              std::chrono::system_clock::now().time_since_epoch())
              .count()};
}

/// The kernel's generator, by its own system call. std::random_device names no source: GCC 12's
/// takes the processor's RDSEED where there is one, which no kernel has mixed with anything, and
/// four bytes at a time. Up to 256 bytes come whole; before the generator is seeded, at boot, the
/// call waits.
hash256 system_random() {
  hash256 out;
  while (::getrandom(out.bytes.data(), out.bytes.size(), 0) != ssize_t{hash256::size})
    if (errno != EINTR) throw std::system_error{errno, std::generic_category(), "getrandom"};
  return out;
}

/// What an operator set, completed by what follows from other settings.
chain::wallet_settings wallet_of(const config::chain_settings& c) {
  auto out = c.wallet;
  out.chain_id = c.chain_id;
  out.finality = c.finality;
  return out;
}

chain::json_rpc_options rpc_options_of(const config::chain_settings& c) {
  auto out = c.nodes;
  out.chain_id = c.chain_id;
  return out;
}

persistence::reader_settings reader_of(const config::settings& s) {
  auto out = s.reader;
  out.conninfo = s.store.conninfo;
  out.connect_timeout = s.store.connect_timeout;
  return out;
}

/// `wallets` are our accounts, the one that converts first.
chain::audit_settings audit_of(const config::settings& s, std::vector<address> wallets,
                               const address& venue_account) {
  chain::audit_settings out;
  out.plasma_usdt0 = s.plasma.usdt0;
  out.polygon_usdt0 = s.polygon.usdt0;
  out.polygon_usdc = s.route.usdc;
  out.plasma_owner = out.polygon_owner = wallets.front();
  out.other_owners.assign(wallets.begin() + 1, wallets.end());
  out.collateral = s.collateral;
  out.collateral_owner = venue_account;
  // Where the keeper turns one into the other; once, when it is the buffer's own token.
  const auto& source = s.account.contracts.usdc_e;
  const bool is_wallet = std::find(wallets.begin(), wallets.end(), venue_account) != wallets.end();
  const bool counted = source == s.route.usdc && is_wallet;
  if (!s.collateral.is_zero() && !counted) out.collateral_source = source;
  // What goes to the venue's account comes by there; once, where conversions bring it.
  const bool supplies = s.supply.target.is_positive() && venue_account != wallets.front();
  if (supplies && !s.collateral.is_zero() && source != s.route.usdc) out.own_source = source;
  out.moves_between_accounts = supplies || s.route.wrap;
  return out;
}

chain::polymarket::venue_settings venue_of(const config::settings& s) {
  auto out = s.venue;
  out.logs = s.polygon.logs;
  out.finality = s.polygon.finality;
  return out;
}

chain::polymarket::market_settings markets_of(const config::settings& s) {
  auto out = s.markets;
  out.url = s.venue.url;
  return out;
}

http::server_settings http_of(const config::settings& s, const actors::signing_domain& domain,
                              const std::vector<chain::x402::terms>& terms) {
  http::server_settings out;
  static_cast<http::http_settings&>(out) = s.http;
  out.profile = s.profile;
  out.bet_domain = domain;
  out.withdrawals = s.core.withdrawal;
  out.withdrawal_network = "eip155:" + std::to_string(s.polygon.chain_id);
  out.withdrawal_asset = s.route.usdc;
  show_sources(out, s, terms);
  out.refused_rate.burst = std::max(1U, s.http.refused_rate.per_second);
  return out;
}

/// Our accounts as their keeper sees them: the one that bets first, for it has the collateral.
std::vector<chain::polymarket::kept_account> kept_accounts(
    const config::settings& s, const chain::polymarket::venue_accounts& keys) {
  std::vector<chain::polymarket::kept_account> out;
  const auto all = s.venue_accounts();
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto own = keys[i].key->address_of();
    const auto type = all[i].signature_type;
    out.push_back(
        {all[i].name, type, type == 0 ? own : all[i].wallet, keys[i].key, all[i].enabled});
  }
  const auto bets = std::find_if(all.begin(), all.end(), [](const auto& a) { return a.enabled; });
  std::rotate(out.begin(), out.begin() + (bets - all.begin()), out.end());
  return out;
}

/// The buffer's token is the audit's: what is not looked at is not moved either.
chain::polymarket::keeper_settings keeper_of(const config::settings& s) {
  auto account = s.account;
  account.keeps_collateral = !s.collateral.is_zero();
  if (account.keeps_collateral) account.contracts.collateral = s.collateral;
  const auto contracts = chain::polymarket::contracts_of(s.venue, account.contracts);
  return {std::move(account), contracts,   s.polygon.chain_id,
          s.venue.chain_id,   s.venue.url, s.markets.gamma_url};
}

chain::polymarket::resolution_settings resolution_of(const config::settings& s) {
  chain::polymarket::resolution_settings out;
  out.clob_url = s.venue.url;
  out.gamma_url = s.markets.gamma_url;
  out.read_timeout = s.venue.read_timeout;
  out.chain_id = s.polygon.chain_id;
  out.finality = s.polygon.finality;
  out.contracts = s.account.contracts;
  if (!s.collateral.is_zero()) out.contracts.collateral = s.collateral;
  return out;
}

/// The singletons, in the order of their start; each restart makes a fresh actor of the same kind.
class household {
 public:
  household(caf::actor_system& sys, actors::directory& dir, actors::world_ptr w)
      : sys_{sys}, dir_{dir}, w_{std::move(w)} {}

  /// The directory knows it by its type.
  template <class Handle, class Spawn>
  void add(std::string name, Spawn spawn, bool holds_promises = false) {
    add_as<Handle>(
        std::move(name), spawn, [this](const Handle& handle) { dir_.handles.set(handle); },
        holds_promises);
  }

  /// `publish` puts the handle where the others find it.
  template <class Handle, class Spawn, class Publish>
  void add_as(std::string name, Spawn spawn, Publish publish, bool holds_promises = false) {
    parts_.push_back({std::move(name),
                      [spawn, publish](caf::actor_system&) {
                        const Handle handle = spawn();
                        publish(handle);
                        return caf::actor_cast<caf::actor>(handle);
                      },
                      holds_promises});
  }

  void add_wallet(std::string name, const chain::wallet_settings& settings,
                  const chain::transaction_signer& signer, const chain::rpc_actor& rpc) {
    add_as<actors::wallet_actor>(
        std::move(name),
        [this, settings, signer, rpc] {
          return sys_.spawn(chain::wallet_behavior, w_, settings, signer, rpc);
        },
        [this, who = actors::wallet_account{settings.chain_id, signer.account()}](
            const actors::wallet_actor& handle) { dir_.handles.set_wallet(who, handle); });
  }

  std::vector<component> take() { return std::move(parts_); }

 private:
  caf::actor_system& sys_;
  actors::directory& dir_;
  actors::world_ptr w_;
  std::vector<component> parts_;
};

/// Declared behind the actor system: the directory outlives it, its handles must not.
class letting_go {
 public:
  explicit letting_go(actors::directory& dir) : dir_{dir} {}
  ~letting_go() { dir_.close(); }
  letting_go(const letting_go&) = delete;
  letting_go& operator=(const letting_go&) = delete;

 private:
  actors::directory& dir_;
};

/// SIGINT and SIGTERM, as something to wait for: blocked in every thread, taken by sigwait.
class stop_signal {
 public:
  stop_signal() {
    sigemptyset(&set_);
    sigaddset(&set_, SIGINT);
    sigaddset(&set_, SIGTERM);
    sigaddset(&set_, SIGUSR1);  // our own give-up
    pthread_sigmask(SIG_BLOCK, &set_, nullptr);
    std::signal(SIGPIPE, SIG_IGN);
  }
  /// The signal, or SIGUSR1 when `give_up` was called.
  int wait() const {
    int sig = 0;
    sigwait(&set_, &sig);
    return sig;
  }
  static void give_up() { ::kill(::getpid(), SIGUSR1); }

 private:
  sigset_t set_{};
};

/// For whoever looks into the log of a service that would not end.
void log_who_is_left(caf::actor_system& sys) {
  for (const auto& kind : actors::registry::instance().kinds())
    if (kind.live > 0)
      spdlog::error("service.still_there kind={} actors={} messages_waiting={}", kind.name,
                    kind.live, kind.mailbox);
  spdlog::critical("service.does_not_end actors_running={}", sys.registry().running());
}

/// All that matters is in the books; what will not end is named and left behind.
[[noreturn]] void leave_at_once(caf::actor_system& sys, int code) {
  log_who_is_left(sys);
  spdlog::info("service.stopped clean=false");
  spdlog::shutdown();
  std::_Exit(code == 0 ? 6 : code);
}

/// CAF waits without a bound for every actor and every detached thread to end. Declared before the
/// actor system, so that it watches over its end too: what takes longer is named, and left behind.
class bounded_end {
 public:
  bounded_end() = default;
  bounded_end(const bounded_end&) = delete;
  bounded_end& operator=(const bounded_end&) = delete;
  ~bounded_end() {
    if (!watch_.joinable()) return;
    {
      const std::lock_guard lock{mutex_};
      ended_ = true;
    }
    changed_.notify_one();
    watch_.join();
    spdlog::info("service.stopped clean=true");
  }

  /// The end begins. `sys` is asked for who is left while it waits for them.
  void begin(caf::actor_system& sys, std::chrono::milliseconds patience, int code) {
    watch_ = std::thread{[this, &sys, patience, code] {
      std::unique_lock lock{mutex_};
      if (changed_.wait_for(lock, patience, [this] { return ended_; })) return;
      leave_at_once(sys, code);
    }};
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ended_ = false;
  std::thread watch_;
};

bool stop_guardian(caf::actor_system& sys, const actors::guardian_actor& guardian,
                   std::chrono::milliseconds patience) {
  caf::scoped_actor self{sys};
  bool ended = false;
  self->request(guardian, patience, actors::stop_atom::value)
      .receive([&](bool) { ended = true; },
               [&](const caf::error& e) {
                 spdlog::error("service.stop_failed reason={}", sys.render(e));
               });
  return ended;
}

/// Connections to read by: slow lists of the front and long reports hold up no money.
struct readers {
  explicit readers(const config::settings& s)
      : house{reader_of(s)}, front{reader_of(s)}, reports{reader_of(s)} {}

  persistence::pg_reader house;
  persistence::pg_reader front;
  persistence::pg_reader reports;
};

/// Ways out, one client with its thread and its bound per outside and per kind of asker: whoever
/// floods one (anybody may ask for the verification of a payment) keeps nobody from the others.
class outside {
 public:
  outside(caf::actor_system& sys, const config::settings& s, actors::gauges& gauges)
      : sys_{sys},
        gauges_{gauges},
        plasma{rpc_of(s.plasma)},
        strangers{{"plasma", rpc_of(s.plasma)}, {"polygon", rpc_of(s.polygon)}},
        signatures{rpc_of(s.plasma)},
        polygon{rpc_of(s.polygon)},
        base{s.base.exists() ? rpc_of(s.base) : chain::rpc_actor{}},
        venue{venue_door(), venue_door(), sockets_of(s.venue)},
        markets{market_door(), market_door()},
        accounts{chain::make_http_actor(sys_, new_client())},
        relayer{chain::make_http_actor(sys_, new_client())},
        resolutions{chain::make_http_actor(sys_, new_client())},
        across{chain::make_http_actor(sys_, new_client())},
        iris{chain::make_http_actor(sys_, new_client())},
        rest{chain::make_http_actor(sys_, new_client()),
             chain::make_http_actor(sys_, new_client())},
        oneinch{chain::make_http_actor(sys_, new_client())},
        signers{chain::make_http_actor(sys_, new_client())} {
    if (s.base.exists()) strangers.emplace("base", rpc_of(s.base));
  }
  /// By a network's name in the settings; Base's are there where it is configured.
  [[nodiscard]] chain::rpc_actor nodes_of(const std::string& network) const {
    return network == "plasma" ? plasma : network == "polygon" ? polygon : base;
  }
  void stop() {
    for (const auto& client : clients_) client->stop();
    if (sockets_) sockets_->stop();
  }

 private:
  std::shared_ptr<net::http_client> new_client() {
    return clients_.emplace_back(std::make_shared<net::http_client>());
  }
  chain::rpc_actor rpc_of(const config::chain_settings& c) {
    auto options = chain::with_alerts(rpc_options_of(c), gauges_.alerts(), wall_clock_now);
    return chain::make_rpc_actor(
        sys_, std::make_shared<const chain::json_rpc>(new_client(), c.rpc, options),
        &gauges_.counters().rpc(c.chain_id));
  }
  chain::http_actor venue_door() {
    return chain::make_http_actor(sys_, new_client(), &gauges_.counters().venue);
  }

  net::ws_opener sockets_of(const chain::polymarket::venue_settings& v) {
    if (v.ws_url.empty()) return {};
    net::ws_client_options options;
    options.user_agent = "headroom";
    sockets_ = std::make_shared<net::ws_client>(std::move(options));
    return [client = sockets_](const std::string& url, net::ws_events events) {
      return client->open(url, std::move(events));
    };
  }

  chain::http_actor market_door() { return chain::make_http_actor(sys_, new_client()); }

  caf::actor_system& sys_;
  actors::gauges& gauges_;
  std::vector<std::shared_ptr<net::http_client>> clients_;
  std::shared_ptr<net::ws_client> sockets_;  // null: none

 public:
  const chain::rpc_actor plasma;
  std::map<std::string, chain::rpc_actor> strangers;  // who may pay; apart from what moves money
  const chain::rpc_actor signatures;                  // strangers ask: apart from what moves money
  const chain::rpc_actor polygon;
  const chain::rpc_actor base;  // empty where Base is not configured
  const chain::polymarket::venue_doors venue;
  const chain::polymarket::market_doors markets;  // strangers ask: apart from what moves money
  const chain::http_actor accounts;               // the venue's view of them
  const chain::http_actor relayer;
  const chain::http_actor resolutions;  // which markets are resolved
  const chain::http_actor across;
  const chain::http_actor iris;  // Circle's attestations
  const rest_doors rest;
  const chain::http_actor oneinch;
  const chain::http_actor signers;  // of transactions, whose keys are not here
};

// -- the household: who is started, in this order ------------------------------------------------

void add_books(household& house, caf::actor_system& sys, const actors::world_ptr& w,
               persistence::pg_store& store, readers& read) {
  auto& dir = w->dir;
  house.add<actors::journal_actor>(
      "journal",
      [&sys, w, &store] { return sys.spawn<caf::detached>(actors::journal_behavior, w, &store); },
      true);
  house.add<actors::query_actor>("query", [&sys, &read] {
    return sys.spawn<caf::detached>(actors::query_behavior, &read.house);
  });
  house.add_as<actors::query_actor>(
      "query.public",
      [&sys, &read] { return sys.spawn<caf::detached>(actors::query_behavior, &read.front); },
      [&dir](const actors::query_actor& handle) { dir.handles.set_public_query(handle); });
  house.add_as<actors::query_actor>(
      "query.reports",
      [&sys, &read] { return sys.spawn<caf::detached>(actors::reports_behavior, &read.reports); },
      [&dir](const actors::query_actor& handle) { dir.handles.set_reports(handle); });
  house.add<actors::inspector_actor>(
      "inspector", [&sys] { return sys.spawn<caf::detached>(actors::inspector_behavior); });
  house.add<actors::buffer_actor>("buffer",
                                  [&sys, w] { return sys.spawn(actors::buffer_behavior, w); });
}

/// Whoever sends transactions on one chain, by the name of its wallet.
using senders = std::vector<std::pair<std::string, chain::transaction_signer>>;

/// Users' payments are submitted, and what they paid is converted, on every chain.
senders senders_on(const config::chain_settings& c, const std::string& chain, const own_keys& keys,
                   const outside& out) {
  return {{"wallet." + chain, keys.conversion.signer_on(c.chain_id, out.signers)},
          {"wallet.settlement." + chain, keys.settlement.signer_on(c.chain_id, out.signers)}};
}

/// Withdrawals are paid on Polygon, and a venue account of a key sends its own transactions there.
senders polygon_senders(const config::settings& s, const own_keys& keys, const outside& out) {
  auto all = senders_on(s.polygon, "polygon", keys, out);
  all.emplace_back("wallet.withdrawals.polygon",
                   keys.withdrawals.signer_on(s.polygon.chain_id, out.signers));
  const auto at_venue = s.venue_accounts();
  for (std::size_t i = 0; i < at_venue.size(); ++i)
    if (at_venue[i].signature_type == 0)
      all.emplace_back("wallet.polygon." + at_venue[i].name, keys.venue[i].key);
  return all;
}

/// One wallet an account, the first of its names.
void add_wallets(household& house, const config::chain_settings& c, const senders& all,
                 const chain::rpc_actor& rpc) {
  senders each;
  for (const auto& x : all)
    if (std::none_of(each.begin(), each.end(),
                     [&](const auto& y) { return y.second.account() == x.second.account(); }))
      each.push_back(x);
  auto settings = wallet_of(c);
  settings.alone_on_chain = each.size() == 1;
  for (const auto& [name, signer] : each) house.add_wallet(name, settings, signer, rpc);
}

/// What users pay with: a payment actor for each source, one in front of them all, and who watches
/// what their tokens are worth.
void add_sources(household& house, caf::actor_system& sys, const actors::world_ptr& w,
                 const config::settings& s, const own_keys& keys, const outside& out,
                 const std::shared_ptr<chain::source_gate>& gate) {
  auto& dir = w->dir;
  const auto terms = terms_of(s, keys);
  for (const auto& x : payments_of(s, terms, keys.settlement.account, gate)) {
    const auto source = x.settings.terms.money();
    dir.handles.set_relayer({source.chain_id, x.settings.relayer});
    const chain::payment_nodes nodes{out.nodes_of(x.network), out.strangers.at(x.network)};
    house.add_as<actors::payment_actor>(
        x.component,
        [&sys, w, settings = x.settings, nodes] {
          return actors::payment_actor{sys.spawn(chain::payment_behavior, w, settings, nodes)};
        },
        [&dir, source](const actors::payment_actor& handle) {
          dir.handles.set_payment(source, handle);
        });
  }
  house.add<actors::payment_actor>(
      "payment", [&sys, w, terms] { return sys.spawn(chain::payment_router_behavior, w, terms); });
  const auto pegged =
      pegged_sources(s, [&out](const std::string& network) { return out.nodes_of(network); });
  if (pegged.empty()) return;
  house.add_as<chain::peg_guard>(
      "peg_guard",
      [&sys, w, pegged] {
        return sys.spawn(chain::peg_behavior, w, pegged, chain::peg_settings{});
      },
      [](const chain::peg_guard&) {});  // nobody asks it
}

void add_chains(household& house, caf::actor_system& sys, const actors::world_ptr& w,
                const config::settings& s, const own_keys& keys, const outside& out,
                const std::shared_ptr<chain::source_gate>& gate) {
  add_wallets(house, s.plasma, senders_on(s.plasma, "plasma", keys, out), out.plasma);
  add_wallets(house, s.polygon, polygon_senders(s, keys, out), out.polygon);
  add_sources(house, sys, w, s, keys, out, gate);
  house.add<actors::external_outbox_actor>(
      "external_outbox", [&sys, w] { return sys.spawn(actors::external_outbox_behavior, w); });
  house.add_as<chain::polymarket::account_keeper>(
      "account_keeper",
      [&sys, &s, &out, &keys, w] {
        return sys.spawn(chain::polymarket::keeper_behavior, w, keeper_of(s),
                         kept_accounts(s, keys.venue),
                         chain::polymarket::keeper_doors{
                             out.polygon, out.accounts, out.relayer, keys.relayer,
                             [w] { return w->dir.handles.get<actors::external_outbox_actor>(); }});
      },
      [](const chain::polymarket::account_keeper&) {});  // nobody asks it
  house.add<actors::venue_actor>(
      "venue",
      [&sys, &s, &out, &keys, w] {
        return sys.spawn(chain::polymarket::venue_behavior, w, venue_of(s), keys.venue, out.venue,
                         out.polygon);
      },
      true);
  house.add<actors::market_actor>("market", [&sys, &s, &out, w] {
    return sys.spawn<caf::detached>(chain::polymarket::market_behavior, w, markets_of(s),
                                    out.markets);
  });
  house.add<actors::signature_actor>("signature", [&sys, &out] {
    return sys.spawn(chain::signature_behavior, chain::signature_settings{}, out.signatures);
  });
}

/// Resolved markets, from the venue's accounts to their users.
void add_settlement(household& house, caf::actor_system& sys, const actors::world_ptr& w,
                    const config::settings& s, const own_keys& keys, const outside& out) {
  std::vector<address> holders;
  for (const auto& account : kept_accounts(s, keys.venue)) holders.push_back(account.holder);
  house.add<actors::resolution_actor>("resolution", [&sys, &s, &out, w, holders] {
    return actors::resolution_actor{
        sys.spawn(chain::polymarket::resolution_behavior, w, resolution_of(s), holders,
                  chain::polymarket::resolution_doors{out.resolutions, out.polygon})};
  });
  house.add<actors::settlement_actor>("settlement", [&sys, w] {
    return sys.spawn(actors::settlement_behavior, w, actors::digest_function{[](byte_view data) {
                       return chain::keccak256(data);
                     }});
  });
}

void add_treasury(household& house, caf::actor_system& sys, const actors::world_ptr& w,
                  const config::settings& s, const own_keys& keys, const outside& out) {
  const auto account = keys.conversion.account;
  const auto venue_account = betting_account(keys.venue).maker();
  auto& dir = w->dir;
  if (s.base.exists()) add_wallets(house, s.base, senders_on(s.base, "base", keys, out), out.base);
  route_doors doors{out.plasma, out.polygon, out.base, out.across, keys.across, out.iris};
  if (!keys.oneinch.empty())
    doors.oneinch = std::make_shared<chain::oneinch_door>(s.oneinch, out.oneinch, keys.oneinch);
  auto routes = routes_of(s, account, doors);
  add_rest_routes(routes, s, account, doors, out.rest, keys.rest);
  end_at_venue(routes, s, account, venue_account, doors);
  for (auto& route : routes)
    house.add_as<actors::route_actor>(
        route.component,
        [&sys, w, plan = route.plan] { return sys.spawn(chain::legged_route_behavior, w, plan()); },
        [&dir, name = route.name](const actors::route_actor& handle) {
          dir.handles.set_route(name, handle);
        });
  house.add_as<actors::route_actor>(
      "route.direct",
      [&sys, &s, &out, w, account] {
        return sys.spawn(
            chain::direct_behavior, w,
            chain::direct_settings{s.polygon.chain_id, s.route.usdc, account, s.polygon.finality},
            out.polygon);
      },
      [&dir](const actors::route_actor& handle) {
        dir.handles.set_route(chain::direct_route_name, handle);
      });
  if (auto supply = supply_of(s, account, venue_account, doors))
    house.add_as<chain::venue_supply_actor>(
        "venue_supply",
        [&sys, &s, w, supply = *supply] {
          return sys.spawn(chain::venue_supply_behavior, w, s.supply, supply.at, supply.swap());
        },
        [](const chain::venue_supply_actor&) {});  // nobody asks it
  house.add<actors::conversion_actor>(
      "conversion", [&sys, w] { return sys.spawn(actors::conversion_behavior, w); });
  house.add<actors::cashier_actor>("cashier", [&sys, &s, &out, &keys, w] {
    return sys.spawn(chain::cashier_behavior, w, cashier_of(s, keys.withdrawals.account),
                     out.polygon);
  });
  house.add<actors::withdrawal_desk_actor>(
      "withdrawals", [&sys, w] { return sys.spawn(actors::withdrawal_desk_behavior, w); });
  house.add<actors::audit_actor>("audit", [&sys, &s, &out, &keys, w, venue_account] {
    return sys.spawn(chain::audit_behavior, w, audit_of(s, keys.accounts(), venue_account),
                     out.plasma, out.polygon);
  });
}

/// Serves until a signal comes; the exit code.
int serve_http(const config::settings& s, const stop_signal& stop, caf::actor_system& sys,
               actors::directory& dir, const own_keys& keys,
               const std::shared_ptr<const chain::source_gate>& gate) {
  const auto account = keys.conversion.account;
  const auto domain = domain_of(s, account);
  const auto terms = terms_of(s, keys);
  const auto ethereum = chain::make_ethereum_port(domain);
  const auto x402 = chain::make_x402_port(terms, gate);
  http::server server{http_of(s, domain, terms), {sys, dir, *ethereum, *x402, wall_clock_now}};
  try {
    server.start();
  } catch (const std::runtime_error& e) {
    spdlog::error("service.cannot_listen reason=\"{}\"", e.what());
    return 5;
  }
  std::printf("headroom listening on http://%s:%u\n", s.http.address.c_str(),
              unsigned{server.port()});
  std::fflush(stdout);
  spdlog::info("service.started port={} account={} profile={}", server.port(), account.hex(),
               s.profile);
  const int sig = stop.wait();
  spdlog::info("service.stopping signal={}", sig);
  dir.users.drain();
  server.stop();
  return sig == SIGUSR1 ? 4 : 0;
}

}  // namespace

int serve(const config::settings& s) {
  const stop_signal stop;  // before any thread starts: they inherit the mask
  const auto keys = read_keys(s);
  if (!keys) return 2;
  persistence::pg_store store{s.store};
  if (const auto why = store.open(); !why.empty()) {
    spdlog::error("service.no_database reason=\"{}\"", why);
    return 3;
  }
  readers read{s};

  const auto switches = persistence::find_switches(s.store.conninfo);
  actors::directory dir{s.core.bet.max_live, s.core.balance.max_live,
                        s.core.deposit.max_live};  // the last actors still use it
  for (const auto& x : switches) actors::heard_switch(dir.gauges, x);
  bounded_end end;
  caf::actor_system_config caf_config;
  caf_config.set("scheduler.policy", caf::atom("sharing"));  // docs/decisions/0002
  caf_config.set("scheduler.max-threads", std::size_t{s.workers});
  caf_config.set("scheduler.max-throughput", std::size_t{100});
  caf::actor_system sys{caf_config};
  const letting_go before_the_system_ends{dir};
  outside out{sys, s, dir.gauges};

  const auto w = std::make_shared<const actors::world>(
      actors::world{dir, wall_clock_now, system_random, s.core, screen_of(s, *keys)});
  dir.users.set_factories(
      [&sys, w](const address& user) { return sys.spawn(actors::balance_behavior, w, user); },
      [&sys, w](const bet_id& id) { return sys.spawn(actors::bet_behavior, w, id); },
      [&sys, w] { return sys.spawn(actors::deposit_behavior, w); },
      [&sys, w](const sale_id& id) { return sys.spawn(actors::sale_behavior, w, id); });
  dir.users.set_withdrawal_factory(
      [&sys, w](const withdrawal_id& id) { return sys.spawn(actors::withdrawal_behavior, w, id); });
  const auto gate = std::make_shared<chain::source_gate>();
  household house{sys, dir, w};
  add_books(house, sys, w, store, read);
  add_chains(house, sys, w, s, *keys, out, gate);
  add_settlement(house, sys, w, s, *keys, out);
  add_treasury(house, sys, w, s, *keys, out);
  const auto give_up = [](const std::string& why) {
    spdlog::critical("service.gives_up reason=\"{}\"", why);
    stop_signal::give_up();
  };
  const auto guardian = sys.spawn(actors::guardian_behavior, w, house.take(), give_up);
  actors::watch_guardian(guardian, dir, give_up);
  dir.handles.set(guardian);

  const int code = serve_http(s, stop, sys, dir, *keys, gate);
  const bool ended = stop_guardian(sys, guardian, actors::longest_stop(s.core));
  out.stop();
  if (!ended) leave_at_once(sys, code);
  end.begin(sys, s.core.guardian.stop_step, code);
  return code;
}

}  // namespace headroom
