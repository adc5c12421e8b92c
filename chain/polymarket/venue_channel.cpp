#include <algorithm>

#include "chain/polymarket/venue_desk.hpp"

/// An account's web socket: a hint that the next pass over its trades is worth while now. Nothing
/// is booked on its word, and without it everything goes on by polling.
namespace headroom::chain::polymarket {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds longest_pause{500};    // between two passes
constexpr milliseconds relaxed_pause{1'000};  // while the socket speaks of orders
/// Sockets are said to stall while PONG still comes (facts/polymarket.md 5): what counts is the
/// last order that was spoken of.
constexpr milliseconds hints_trusted{15'000};

}  // namespace

/// One for each account: a socket shows its own key's orders alone.
void venue_desk::open_channels() {
  const auto& s = st_.settings;
  if (s.ws_url.empty() || !st_.doors.sockets) return;
  for (auto& as : st_.logins)
    as.channel = self_->home_system().spawn(user_channel_behavior, st_.w, s.ws_url,
                                            st_.doors.sockets, hint_listener{self_});
}

/// There is a key, perhaps another one.
void venue_desk::tell_channel(login& as) {
  if (as.channel && as.credentials) self_->send(as.channel, channel_key{*as.credentials});
}

/// Never more passes than their rate allows.
void venue_desk::hinted(const actors::order_hints& x) {
  const auto& sender = self_->current_sender();
  for (auto& as : st_.logins) {
    if (!as.channel || !sender || as.channel.address() != sender) continue;
    if (!x.up) as.hints_until = {};
    if (x.orders.empty()) continue;
    as.hints_until = now() + hints_trusted;
    const bool sought = std::any_of(x.orders.begin(), x.orders.end(), [&](const hash256& hash) {
      const auto i = st_.looking.find(hash);
      if (i == st_.looking.end()) return false;
      const auto& look = *i->second;
      return look.as == &as && look.young && !look.at_exchange;
    });
    if (!sought) continue;
    if (as.pass_on) {
      as.pass_again = true;
    } else {
      start_pass(as);
    }
  }
}

milliseconds venue_desk::longest_pass_pause(const login& as) const {
  return now() < as.hints_until ? relaxed_pause : longest_pause;
}

}  // namespace headroom::chain::polymarket
