#pragma once

#include <caf/actor_system.hpp>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "actors/directory.hpp"
#include "actors/ports.hpp"
#include "http/caller_rates.hpp"

namespace headroom::http {

/// Where the server listens and what it tolerates.
struct server_settings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;     // 0: the kernel chooses, see server::port()
  std::string admin_address;  // a door for health and metrics alone; "" = none
  std::uint16_t admin_port = 0;
  unsigned threads = 1;  // one io_context each
  std::size_t max_connections = 1024;
  std::size_t max_header = 16 * 1024;
  std::size_t max_body = 64 * 1024;
  std::chrono::milliseconds header_timeout{10'000};   // from a request's first byte to its header
  std::chrono::milliseconds idle_timeout{75'000};     // between requests of a connection
  std::chrono::milliseconds request_timeout{15'000};  // body, answer of the actors, each write
  std::chrono::milliseconds drain_timeout{20'000};    // how long stop() lets requests finish
  std::size_t max_in_flight = 2048;                   // requests being answered at once
  // Event streams (event_stream.hpp). A stream is a connection that stays: at most half of
  // max_connections are.
  std::size_t max_streams = 512;
  std::size_t max_streams_per_caller = 16;
  std::size_t stream_queue = 64 * 1024;                // bytes that may wait in one
  std::chrono::milliseconds stream_heartbeat{15'000};  // of silence, then a comment
  std::chrono::milliseconds stream_pace{250};          // between two writes into one
  std::chrono::milliseconds stream_retry{2'000};       // after which browsers come back
  std::string public_url;                              // shown in /openapi.json; "" = relative
  bool public_metrics = true;          // false: /metrics needs scope `inspect`, at the first door
  std::size_t kept_refusals = 10'000;  // bets answered 202 and refused afterwards
  std::chrono::milliseconds refusals_kept{86'400'000};
  std::vector<std::string> cors_origins{"*"};  // whose pages may ask, see cors.hpp
  rate key_rate;                               // of one service key
  rate signer_rate;                            // of one user who signs
  /// Of answers to whoever shows no good key, all strangers together: beyond it each waits a
  /// moment.
  rate refused_rate{1'000, 1'000};
  usdc deposit_min = 10'000_micro;  // 0.01 USDC
  usdc deposit_max = 1'000'000_usdc;
  // shown in /app/config
  std::string profile = "production";
  std::string deposit_network;  // CAIP-2
  headroom::address deposit_asset;
  std::string deposit_token_name;
  actors::signing_domain bet_domain;
};

/// What the routes speak to. Everything here outlives the server.
struct http_services {
  caf::actor_system& system;
  actors::directory& dir;
  const actors::ethereum_port& ethereum;
  const actors::x402_port& x402;
  actors::wall_clock now;
};

}  // namespace headroom::http
