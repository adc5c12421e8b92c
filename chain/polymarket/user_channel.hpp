#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "chain/polymarket/credentials.hpp"

/// The venue's user channel, .../ws/user (facts/polymarket.md 5): what is said on it. No replay, no
/// sequence numbers, silent stalls: a hint to go and read, never what is booked.
namespace headroom::chain::polymarket {

inline constexpr std::string_view channel_path = "/user";
inline constexpr std::string_view channel_ping = "PING";
inline constexpr std::string_view channel_pong = "PONG";

/// The first message: who we are, and all markets. It holds the secret: never logged.
[[nodiscard]] std::string channel_greeting(const api_credentials& c);

struct channel_frame {
  /// What may have changed at the venue, each once: a trade's taker and makers (strangers' too), an
  /// order that does not merely rest (LIVE) or wait (DELAYED).
  std::vector<hash256> orders;
  std::size_t events = 0;      // orders and trades that were understood
  std::size_t unreadable = 0;  // frames, events and ids that were ignored
};
/// One frame: PONG, an event, or an array of events. Amounts are not read: they may be "".
[[nodiscard]] channel_frame read_channel_frame(std::string_view text);

}  // namespace headroom::chain::polymarket
