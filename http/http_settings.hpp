#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "domain/money.hpp"

/// Where the server listens and what it tolerates. Defaults are for production and stand here
/// alone; config/ gives them names, units and bounds.
namespace headroom::http {

/// So many requests a second in the long run, and so many at once. A rate of 0 is no limit.
struct rate {
  std::uint32_t per_second = 0;
  std::uint32_t burst = 1;

  [[nodiscard]] bool limits() const noexcept { return per_second > 0; }
};

struct http_settings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 8080;  // 0: the kernel chooses, see server::port()
  std::string admin_address;  // a door for health and metrics alone; "" = none
  std::uint16_t admin_port = 0;
  std::string web_root;    // of the built pages; "" = none are served
  std::string public_url;  // shown in /openapi.json and to payers; "" = relative
  unsigned threads = 1;    // one io_context each
  std::size_t max_connections = 1'024;
  std::size_t max_in_flight = 2'048;  // requests being answered at once
  std::size_t max_header = 16 * 1024;
  std::size_t max_body = 64 * 1024;
  std::chrono::milliseconds header_timeout{10'000};   // from a request's first byte to its header
  std::chrono::milliseconds request_timeout{15'000};  // body, answer of the actors, each write
  /// Between requests of a connection; longer than a proxy's usual 60 s: it closes first.
  std::chrono::milliseconds idle_timeout{75'000};
  std::chrono::milliseconds drain_timeout{20'000};  // how long stop() lets requests finish
  // Event streams (event_stream.hpp). A stream is a connection that stays: at most half of
  // max_connections are.
  std::size_t max_streams = 512;
  std::size_t max_streams_per_caller = 16;
  std::size_t stream_queue = 64 * 1024;                // bytes that may wait in one
  std::chrono::milliseconds stream_heartbeat{15'000};  // of silence, then a comment
  std::chrono::milliseconds stream_pace{100};          // between two writes into one
  std::chrono::milliseconds stream_retry{2'000};       // after which browsers come back
  bool public_metrics = true;          // false: /metrics needs scope `inspect`, at the first door
  std::size_t kept_refusals = 10'000;  // bets answered 202 and refused afterwards
  std::chrono::milliseconds refusals_kept{86'400'000};  // as long as the longest deadline of a bet
  std::vector<std::string> cors_origins{"*"};           // whose pages may ask, see cors.hpp
  rate key_rate{200'000, 400'000};                      // of one service key
  rate signer_rate{50, 200};                            // of one user who signs
  rate session_rate{100, 400};                          // of one user or key that signed in
  std::chrono::milliseconds session_time{43'200'000};   // how long a sign-in lasts at most
  /// Of answers to whoever shows no good key, all strangers together: beyond it each waits a
  /// moment.
  rate refused_rate{1'000, 1'000};
  usdc deposit_min = 10'000_micro;  // of one payment
  usdc deposit_max = 1'000'000_usdc;
};

}  // namespace headroom::http
