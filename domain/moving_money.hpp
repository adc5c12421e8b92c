#pragma once

#include <string>
#include <string_view>

#include "domain/money_source.hpp"
#include "domain/records.hpp"

namespace headroom {

/// Where the money of a running conversion is, as far as its row tells.
enum class money_place : std::uint8_t {
  at_source = 0,  // nothing of its step was sent: on our accounts, as something users pay with
  under_way = 1,  // sent, or at an exchange: perhaps to be seen on no chain
  arrived = 2,    // on our accounts as the buffer's token, and not booked
  beside = 3,     // it was paid with the buffer's own token, and stands there
};
[[nodiscard]] std::string_view to_string(money_place p) noexcept;

struct moving_money {
  conversion_id id;
  std::string route;
  std::string step;   // the running one; "": none was begun, or all are done
  std::string state;  // its state
  usdc amount;
  money_place where = money_place::under_way;
  timestamp since;  // when the step began; the conversion, without one
};

/// @param backing  the buffer's own token: a conversion of it sends nothing.
[[nodiscard]] moving_money money_of(const conversion& running, const money_source& backing);

}  // namespace headroom
