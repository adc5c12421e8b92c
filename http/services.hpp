#pragma once

#include <caf/actor_system.hpp>
#include <string>
#include <vector>

#include "actors/directory.hpp"
#include "actors/ports.hpp"
#include "actors/withdrawal_settings.hpp"
#include "domain/pricing.hpp"
#include "http/http_settings.hpp"

namespace headroom::actors {
class records_door;
class webhook_door;
}  // namespace headroom::actors

namespace headroom::http {

/// A chain as wallets want to be told of it (EIP-3085).
struct chain_terms {
  std::uint64_t chain_id = 0;
  std::string name;
  std::vector<std::string> rpc_urls;  // public ones; none: pages are told nothing of the chain
  std::string coin_name;
  std::string coin_symbol;
  std::string explorer;  // "": none
};

/// One token on one chain that users may pay with.
struct deposit_source {
  std::string name;
  std::string network;  // CAIP-2
  headroom::address asset;
  std::string token_name;
  std::string token_version;
  headroom::address pay_to;
  usdc least;  // of one payment
  usdc most;
  chain_terms chain{};
  std::uint32_t rate_bps = one_to_one_bps;  // what it is credited at, before the fee
};

/// What an operator sets, and what pages are told of the other rooms' settings (/app/config).
struct server_settings : http_settings {
  std::string profile = "production";
  std::string deposit_network;  // CAIP-2
  headroom::address deposit_asset;
  std::string deposit_token_name;
  std::vector<deposit_source> sources;  // enabled; the first is the one above
  deposit_pricing pricing;
  actors::signing_domain bet_domain;
  actors::withdrawal_settings withdrawals;
  std::string withdrawal_network;  // CAIP-2
  headroom::address withdrawal_asset;
  chain_terms withdrawal_chain;
};

/// What the routes speak to. Everything here outlives the server.
struct http_services {
  caf::actor_system& system;
  actors::directory& dir;
  const actors::ethereum_port& ethereum;
  const actors::x402_port& x402;
  actors::wall_clock now;
  const actors::webhook_door* webhooks = nullptr;  // none: nobody tells anybody
  const actors::records_door* records = nullptr;   // what operators read; none: unavailable
};

}  // namespace headroom::http
