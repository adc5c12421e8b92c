#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "actors/gauges.hpp"
#include "app_rest_routes.hpp"
#include "chain/evm/rpc_bridge.hpp"
#include "chain/evm/signature_actor.hpp"
#include "chain/polymarket/market_actor.hpp"
#include "chain/polymarket/venue_actor.hpp"
#include "config/settings.hpp"
#include "net/http_client.hpp"
#include "net/ws_client.hpp"

namespace headroom {

/// Ways out, one client with its thread and its bound per outside and per kind of asker: whoever
/// floods one (anybody may ask for the verification of a payment) keeps nobody from the others.
class outside {
 public:
  using wall_clock = timestamp (*)();

  outside(caf::actor_system& sys, const config::settings& s, actors::gauges& gauges,
          wall_clock now);
  /// By a network's name in the settings; Base's are there where it is configured.
  [[nodiscard]] chain::rpc_actor nodes_of(const std::string& network) const {
    return network == "plasma" ? plasma : network == "polygon" ? polygon : base;
  }
  void stop();

 private:
  std::shared_ptr<net::http_client> new_client();
  chain::rpc_actor rpc_of(const config::chain_settings& c);
  chain::signature_chain wallets_on(const config::chain_settings& c);
  chain::http_actor web();
  chain::http_actor venue_door();
  net::ws_opener sockets_of(const chain::polymarket::venue_settings& v);

  caf::actor_system& sys_;
  actors::gauges& gauges_;
  wall_clock now_;
  std::vector<std::shared_ptr<net::http_client>> clients_;
  std::shared_ptr<net::ws_client> sockets_;  // null: none

 public:
  const chain::rpc_actor plasma;
  std::map<std::string, chain::rpc_actor> strangers;  // who may pay; apart from what moves money
  std::vector<chain::signature_chain> signatures;     // of wallets that paid there; likewise
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

}  // namespace headroom
