#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

/// What an operator may order. An order stands in the books, and whoever runs the work finds it
/// there: a terminal and the API say the same words, and a restart forgets none.
namespace headroom {

/// Of a running conversion. `settle` and `write_off` end it, so both want it held before: then
/// nothing more is sent for it meanwhile.
enum class order_word : std::uint8_t {
  none = 0,
  look = 1,       // ask its route now, whatever the pace
  retry = 2,      // have its route do what may be done once for a step that is stuck; ends a hold
  hold = 3,       // ask its route for nothing any more
  release = 4,    // go on
  settle = 5,     // it arrived by a transfer that a human names
  write_off = 6,  // it never will: what is in transit is lost
};
[[nodiscard]] std::string_view to_string(order_word w) noexcept;
[[nodiscard]] std::optional<order_word> parse_order_word(std::string_view text) noexcept;

/// A Transfer of USDC to an account of ours, by its place on its chain.
struct transfer_place {
  std::uint64_t chain_id = 0;
  hash256 tx_hash;
  std::uint64_t log_index = 0;  // in its block
  friend bool operator==(const transfer_place&, const transfer_place&) = default;
};

/// The newest one counts.
struct conversion_order {
  std::int64_t number = 0;  // given by the books, grows; 0: there was none
  order_word word = order_word::none;
  usdc received;         // with settle: what the transfer brought, by its receipt
  transfer_place proof;  // likewise
  std::string by;        // who ordered it
  std::string reason;    // on what grounds
  timestamp at;
};
/// It ends the conversion, and no other order follows it.
[[nodiscard]] constexpr bool is_end(order_word w) noexcept {
  return w == order_word::settle || w == order_word::write_off;
}

/// Names what is adopted by its place, so that it is adopted once.
using adoption_id = uuid<struct adoption_tag>;
[[nodiscard]] adoption_id adoption_of(const transfer_place& x) noexcept;

/// What an operator can stop. What runs already goes on to its end. Withdrawals have a switch of
/// their own (switch_withdrawals): the books refuse them too.
enum class pausable : std::uint8_t { bets = 0, deposits = 1, conversions = 2 };
inline constexpr pausable all_pausable[] = {pausable::bets, pausable::deposits,
                                            pausable::conversions};
[[nodiscard]] std::string_view to_string(pausable p) noexcept;

}  // namespace headroom
