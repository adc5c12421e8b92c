#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "domain/records.hpp"

/// Which deposits are converted together, when, and by which route. Decides over what the books
/// and the routes have said; asks nobody.
namespace headroom {

/// An operator's word on one route. Zero: no bound.
struct route_terms {
  std::string name;
  std::uint32_t fee_bps = 0;       // all that a quote costs, of its amount
  std::uint32_t slippage_bps = 0;  // what a quote's outcome lacks of one to one
  usdc size{};                     // of one conversion
  usdc in_flight{};                // of all that is under way on it
  friend bool operator==(const route_terms&, const route_terms&) = default;
};

/// What a choice says of a route. Codes are shown: never renamed.
enum class route_word : std::uint8_t {
  not_asked = 0,  // nothing was to be converted so far
  chosen,
  dearer,
  slower,
  not_enabled,     // by the operator
  missing,         // enabled, and there is no such route in this process
  unknown,         // it has not said what it is made of
  other_source,    // it takes another money
  disabled,        // by its own word
  unreadable,      // something in flight on it cannot be read
  late,            // a step on it is older than twice its time
  busy,            // as many conversions as may be at once
  in_flight_full,  // as much money as may be under way
  silent,          // no answer in time
  refused,         // its own word on the amount
  too_small,
  too_large,  // each deposit is more than it takes at once
  fee_cap,
  slippage_cap,
  short_of_money,  // a wallet lacks what running conversions need
  draining,        // the service stops
};
[[nodiscard]] std::string_view to_string(route_word w) noexcept;

struct route_verdict {
  route_word word = route_word::not_asked;
  std::string detail{};  // numbers behind the word
};

// -- which deposits ------------------------------------------------------------------------------

struct waiting_deposit {
  deposit_id id;
  usdc amount;
  timestamp since;  // credited
};

struct deposit_batch {
  std::vector<deposit_id> deposits;
  usdc amount;
};

/// The oldest first, each whole; one that does not fit is left out, not in the way of those behind
/// it. `most`: of all together, no bound when absent.
[[nodiscard]] deposit_batch fitting(std::span<const waiting_deposit> waiting,
                                    std::optional<usdc> most, std::uint32_t most_deposits);

struct batch_rules {
  usdc minimum;                                   // smaller sums wait for company
  std::uint32_t most_deposits = 1;                // so many are company enough
  std::chrono::milliseconds longest_wait{};       // for it
  std::chrono::milliseconds wait_below_target{};  // likewise, while the buffer is below its target
};

/// Why these deposits, the oldest first, are not converted yet; "" when they are.
[[nodiscard]] std::string why_wait(std::span<const waiting_deposit> waiting, const batch_rules& r,
                                   money_need need, timestamp now);

// -- what a route may take -----------------------------------------------------------------------

/// What is known of a route without asking it.
struct route_facts {
  bool enabled = false;
  bool present = false;
  bool known = false;
  money_source from{};
  std::string disabled{};  // its own word; "": it takes money
  bool unreadable = false;
  bool late = false;
  std::uint32_t running = 0;  // conversions
  usdc amount_running{};      // by the books
};

/// What speaks against asking it at all; nothing when it may be asked.
[[nodiscard]] std::optional<route_verdict> before_asking(const route_facts& f, const route_terms& t,
                                                         const money_source& from,
                                                         std::uint32_t at_once);

/// The most that one conversion may come to by these terms, with so much under way. Absent: no
/// bound; zero or less: nothing.
[[nodiscard]] std::optional<usdc> room_of(const route_terms& t, usdc under_way) noexcept;
/// The smaller of two bounds, either of which may be absent.
[[nodiscard]] std::optional<usdc> smaller(std::optional<usdc> a, std::optional<usdc> b) noexcept;

/// What a route offers for an amount.
struct route_offer {
  std::string name;
  usdc amount;
  usdc expected_out;
  std::uint32_t seconds = 0;
  usdc fee{};  // all costs, by its own word; at least what the outcome lacks
};

/// All that the way costs: the larger of the route's own word and what the outcome lacks of the
/// amount. Never below zero.
[[nodiscard]] usdc cost_of(const route_offer& o) noexcept;
/// Millionths of the amount, rounded up.
[[nodiscard]] std::int64_t cost_ppm(const route_offer& o) noexcept;

/// What an operator's caps have against an offer; nothing when it may be taken.
[[nodiscard]] std::optional<route_verdict> against_caps(const route_offer& o, const route_terms& t);

// -- the choice ----------------------------------------------------------------------------------

struct route_choice {
  std::optional<std::size_t> chosen;  // none when there were no offers
  std::vector<route_verdict> words;   // one for each offer
};

/// The cheapest of those that arrive within the time allowed; the fastest when none does. `allowed`
/// is seconds_allowed(): buffer_forecast::never is no bound. Equal ones: the other measure, then
/// the name, so that the same offers give the same choice.
[[nodiscard]] route_choice choose_route(std::span<const route_offer> offers, std::int64_t allowed);

}  // namespace headroom
