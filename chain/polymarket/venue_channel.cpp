#include <algorithm>

#include "chain/polymarket/venue_desk.hpp"

/// The account's web socket: a hint that the next pass over its trades is worth while now. Nothing
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

void venue_desk::open_channel() {
  const auto& s = st_.settings;
  if (s.ws_url.empty() || !st_.doors.sockets) return;
  st_.channel = self_->home_system().spawn(user_channel_behavior, st_.w, s.ws_url,
                                           st_.doors.sockets, hint_listener{self_});
}

/// There is a key, perhaps another one.
void venue_desk::tell_channel() {
  if (st_.channel && st_.credentials) self_->send(st_.channel, channel_key{*st_.credentials});
}

/// Never more passes than their rate allows.
void venue_desk::hinted(const actors::order_hints& x) {
  if (!x.up) st_.hints_until = {};
  if (x.orders.empty()) return;
  st_.hints_until = now() + hints_trusted;
  const bool sought = std::any_of(x.orders.begin(), x.orders.end(), [&](const hash256& hash) {
    const auto i = st_.looking.find(hash);
    return i != st_.looking.end() && i->second->young && !i->second->at_exchange;
  });
  if (!sought) return;
  if (st_.pass_on) {
    st_.pass_again = true;
  } else {
    start_pass();
  }
}

milliseconds venue_desk::longest_pass_pause() const {
  return now() < st_.hints_until ? relaxed_pause : longest_pause;
}

}  // namespace headroom::chain::polymarket
