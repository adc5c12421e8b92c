#pragma once

#include "domain/buffer.hpp"
#include "http/asking.hpp"

/// What a user may bet now.
namespace headroom::http {

/// Asks the user's balance actor; one that left for being idle is asked again through the
/// directory. A user who is asleep is looked up first: only whom the books know is woken, for
/// anybody may ask for any address, and while the house is full nobody is.
[[nodiscard]] task<actors::balance_view> find_balance(exchange& x, address user);

/// The smaller of both; nothing while the venue takes no bets at all.
[[nodiscard]] max_bet limit_now(const exchange& x, usdc available, usdc buffer_available);

}  // namespace headroom::http
