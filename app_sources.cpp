#include "app_sources.hpp"

#include <algorithm>

#include "actors/alerts.hpp"
#include "chain/treasury/peg_guard.hpp"
#include "chain/x402/payment_router.hpp"

namespace headroom {
namespace {

/// One payment actor.
struct wired_payment {
  std::string component;  // what the guardian calls it
  std::string network;    // as the settings call it
  chain::payment_settings settings;
};

/// @param relayer  submits the payments.
std::vector<wired_payment> payments_of(const config::settings& s,
                                       const std::vector<chain::x402::terms>& terms,
                                       const address& relayer,
                                       const std::shared_ptr<chain::source_gate>& gate) {
  std::vector<wired_payment> out;
  for (const auto& x : s.paid_sources()) {
    const auto& on = *s.chain_called(x.network);
    auto p = s.payment;
    p.terms = *std::find_if(terms.begin(), terms.end(),
                            [&](const auto& t) { return t.source == x.name; });
    p.gate = gate;
    p.relayer = relayer;
    p.finality = on.finality;
    p.large = x.large_from;
    p.large_final_by = x.large_finality;
    p.logs = on.logs;
    out.push_back({"payment." + x.name, x.network, std::move(p)});
  }
  return out;
}

/// @param nodes_of  the nodes of a network, by its name.
std::vector<chain::pegged_source> pegged_sources(
    const config::settings& s,
    const std::function<chain::rpc_actor(const std::string&)>& nodes_of) {
  std::vector<chain::pegged_source> out;
  for (const auto& x : s.paid_sources())
    if (x.is_guarded())
      out.push_back({x.name,
                     {s.chain_called(x.network)->chain_id, x.token},
                     {x.price_feed, x.price_heartbeat},
                     x.price_within_bps,
                     nodes_of(x.price_network)});
  return out;
}

/// A choice that nobody made is said until somebody makes it: by a feed, or by `price_guard`.
void alarm_of_unguarded(const config::settings& s, const actors::world& w) {
  for (const auto& name : s.unguarded_sources())
    w.dir.gauges.alerts().raise("deposit.unguarded", name,
                                "it has no price_feed, so deposits are credited at one dollar "
                                "whatever its token is worth",
                                w.now());
}

/// @param network  as the settings call it.
http::chain_terms chain_of(const config::settings& s, const std::string& network) {
  const auto* const c = s.chain_called(network);
  if (c == nullptr) return {};
  http::chain_terms out{c->chain_id, network, c->public_rpc, "Ether", "ETH", c->explorer};
  if (network == "plasma") out.coin_name = "Plasma", out.coin_symbol = "XPL";
  if (network == "polygon") out.coin_name = out.coin_symbol = "POL";
  if (!out.name.empty() && out.name.front() >= 'a')
    out.name.front() = static_cast<char>(out.name.front() - 'a' + 'A');
  return out;
}

}  // namespace

std::vector<chain::x402::terms> terms_of(const config::settings& s, const own_keys& keys) {
  auto common = s.payment.terms;
  common.pricing = s.core.deposit.pricing;
  common.resource = s.http.public_url + "/deposit";
  common.own_accounts = keys.all_accounts();
  std::vector<chain::x402::terms> out;
  for (const auto& x : s.paid_sources()) {
    auto& t = out.emplace_back(common);
    t.source = x.name;
    t.pay_to = keys.payee(x.network).account;
    t.enabled = x.enabled;
    t.least = x.minimum;
    t.most = x.maximum;
    t.pricing.rate_bps = x.rate_bps;
    t.chain_id = s.chain_called(x.network)->chain_id;
    t.networks_v1 = x.networks_v1;
    t.asset = x.token;
    t.token_name = x.token_name;
    t.token_version = x.token_version;
    t.description = "Deposit " + x.token_name;
  }
  // What is switched off is not asked for in front.
  std::stable_partition(out.begin(), out.end(), [](const auto& t) { return t.enabled; });
  return out;
}

actors::core_settings core_of(const config::settings& s) {
  auto out = s.core;
  for (const auto& x : s.paid_sources())
    if (const auto* const chain = s.chain_called(x.network); chain != nullptr)
      out.deposit.rates.insert_or_assign({chain->chain_id, x.token}, x.rate_bps);
  return out;
}

void add_sources(household& house, const config::settings& s, const own_keys& keys,
                 const outside& out, const std::shared_ptr<chain::source_gate>& gate) {
  auto& sys = house.system();
  const auto w = house.world();
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
  alarm_of_unguarded(s, *w);
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

void show_sources(http::server_settings& out, const config::settings& s,
                  const std::vector<chain::x402::terms>& terms) {
  const auto& first = terms.front();
  out.deposit_network = first.network();
  out.deposit_asset = first.asset;
  out.deposit_token_name = first.token_name;
  out.deposit_min = first.least;
  out.deposit_max = first.most;
  out.pricing = s.core.deposit.pricing;
  const auto sources = s.paid_sources();
  out.withdrawal_chain = chain_of(s, "polygon");
  for (const auto& t : terms) {
    if (!t.enabled) continue;
    const auto paid = std::find_if(sources.begin(), sources.end(),
                                   [&](const auto& x) { return x.name == t.source; });
    out.deposit_min = std::min(out.deposit_min, t.least);
    out.deposit_max = std::max(out.deposit_max, t.most);
    out.sources.push_back({t.source, t.network(), t.asset, t.token_name, t.token_version, t.pay_to,
                           t.least, t.most,
                           paid == sources.end() ? http::chain_terms{} : chain_of(s, paid->network),
                           t.pricing.rate_bps});
  }
}

actors::signing_domain domain_of(const config::settings& s, const address& pay_to) {
  actors::signing_domain out{pay_to, {s.polygon.chain_id, s.plasma.chain_id}};
  if (s.base.exists()) out.chain_ids.push_back(s.base.chain_id);
  return out;
}

}  // namespace headroom
