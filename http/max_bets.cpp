#include "http/max_bets.hpp"

namespace headroom::http {
namespace {

/// What a user may bet whose actor is asleep: what the books say, all of it available.
actors::balance_view asleep(const exchange& x, usdc balance) {
  const auto buffer = x.services().dir.gauges.buffer_available();
  if (!buffer) throw problem_of(errc::unavailable);
  return {balance, balance, *buffer};
}

}  // namespace

task<actors::balance_view> find_balance(exchange& x, address user) {
  auto& dir = x.services().dir;
  for (unsigned tries_left = 2;; --tries_left) {
    auto owner = dir.users.find_balance(user);
    if (!owner) {
      const auto row = or_refuse(
          co_await ask<balance_row>(x, dir.handles.public_query(), actors::get_atom::value, user));
      const bool stranger = row.version == 0;
      if (!stranger) owner = dir.users.balance_of(user);
      if (!owner) co_return asleep(x, row.balance);
    }
    const auto view = co_await ask<actors::balance_view>(x, owner, actors::get_atom::value);
    if (view) co_return *view;
    if (!actors::never_received(view.error()) || tries_left == 0) throw problem_of(view.error());
  }
}

max_bet limit_now(const exchange& x, usdc available, usdc buffer_available) {
  if (!x.services().dir.gauges.venue_state().takes_bets()) return {usdc{}, limiting_factor::venue};
  return max_bet_of(available, buffer_available);
}

}  // namespace headroom::http
