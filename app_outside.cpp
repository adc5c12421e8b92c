#include "app_outside.hpp"

#include <algorithm>

#include "actors/house_counters.hpp"
#include "chain/evm/json_rpc.hpp"

namespace headroom {
namespace {

chain::json_rpc_options rpc_options_of(const config::chain_settings& c) {
  auto out = c.nodes;
  out.chain_id = c.chain_id;
  return out;
}

}  // namespace

outside::outside(caf::actor_system& sys, const config::settings& s, actors::gauges& gauges,
                 wall_clock now)
    : sys_{sys},
      gauges_{gauges},
      now_{now},
      plasma{rpc_of(s.plasma)},
      strangers{{"plasma", rpc_of(s.plasma)}, {"polygon", rpc_of(s.polygon)}},
      signatures{wallets_on(s.plasma), wallets_on(s.polygon)},
      polygon{rpc_of(s.polygon)},
      base{s.base.exists() ? rpc_of(s.base) : chain::rpc_actor{}},
      venue{venue_door(), venue_door(), sockets_of(s.venue)},
      markets{web(), web()},
      accounts{web()},
      relayer{web()},
      resolutions{web()},
      across{web()},
      iris{web()},
      rest{web(), web()},
      oneinch{web()},
      signers{web()} {
  if (!s.base.exists()) return;
  strangers.emplace("base", rpc_of(s.base));
  signatures.push_back(wallets_on(s.base));
}

void outside::stop() {
  for (const auto& client : clients_) client->stop();
  if (sockets_) sockets_->stop();
}

std::shared_ptr<net::http_client> outside::new_client() {
  return clients_.emplace_back(std::make_shared<net::http_client>());
}
chain::rpc_actor outside::rpc_of(const config::chain_settings& c) {
  auto options = chain::with_alerts(rpc_options_of(c), gauges_.alerts(), now_);
  return chain::make_rpc_actor(
      sys_, std::make_shared<const chain::json_rpc>(new_client(), c.rpc, options),
      &gauges_.counters().rpc(c.chain_id));
}
chain::signature_chain outside::wallets_on(const config::chain_settings& c) {
  const auto nodes = std::max<std::size_t>(c.rpc.size(), 1);
  return {c.chain_id, rpc_of(c), static_cast<std::uint32_t>(nodes)};
}
chain::http_actor outside::venue_door() {
  return chain::make_http_actor(sys_, new_client(), &gauges_.counters().venue);
}

net::ws_opener outside::sockets_of(const chain::polymarket::venue_settings& v) {
  if (v.ws_url.empty()) return {};
  net::ws_client_options options;
  options.user_agent = "headroom";
  sockets_ = std::make_shared<net::ws_client>(std::move(options));
  return [client = sockets_](const std::string& url, net::ws_events events) {
    return client->open(url, std::move(events));
  };
}

chain::http_actor outside::web() { return chain::make_http_actor(sys_, new_client()); }

}  // namespace headroom
