#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "domain/bytes.hpp"
#include "domain/money.hpp"

/// What a step that is above what its bridge takes at once goes in: several deposits of the same
/// size (docs/decisions/0045). Sizes follow from the amount and their number alone, so that the
/// first one's stored transaction tells them all. Across is the bridge that has such steps.
namespace headroom::step_parts {

inline constexpr std::uint32_t most_parts_ever = 4;  // each costs gas and a fixed fee

enum class part_state : std::uint8_t {
  planned = 0,  // nothing of this try is known to be sent
  sent,
  deposited,  // on its chain, finally
  expired,    // nobody filled it in time: its refund is waited for
  filled,     // its FilledRelay stands in a final block
};

/// One deposit of a step.
struct part {
  usdc amount;
  part_state state = part_state::planned;
  std::uint32_t attempt = 0;                  // sent again by itself, so many times
  std::optional<uint256> deposit_id{};        // the bridge's name for it
  std::uint64_t deadline = 0;                 // of its fill: unix seconds over there; 0: none yet
  std::optional<std::uint64_t> from_block{};  // as in route_detail, likewise the next two
  std::optional<std::uint64_t> since_block{};
  std::optional<std::uint64_t> seen_at{};
  std::uint64_t not_before = 0;  // unix seconds: when it may be sent again
  usdc out{};                    // that arrived
  bool by_depth = false;         // and a reorganisation may undo it yet
  hash256 tx{};                  // the deposit's; of a filled one its fill's

  friend bool operator==(const part&, const part&) = default;
  [[nodiscard]] bool was_sent() const noexcept { return state != part_state::planned; }
  [[nodiscard]] bool waits_for_fill() const noexcept {
    return state == part_state::sent || state == part_state::deposited;
  }
  [[nodiscard]] bool is_filled() const noexcept { return state == part_state::filled; }
};

/// The fewest parts, of two at least, that each fit; none where `amount` fits whole, or
/// `most_parts` are too few.
[[nodiscard]] std::vector<part> parts_of(usdc amount, std::uint64_t most_at_once,
                                         std::uint32_t most_parts);
/// Those whose first one has this size; none: there are no such.
[[nodiscard]] std::vector<part> parts_like(usdc amount, std::uint64_t first);

/// What the operations of a part are called: "across/0", sent again "across/0/1".
[[nodiscard]] std::string part_name(std::size_t index, std::uint32_t attempt);

/// "25.00,sent,at=1800000000;25.00,planned": for a human too, and one word of route_detail.
[[nodiscard]] std::string text_of(const std::vector<part>& parts);
/// None unless all of it can be read and comes to `amount`.
[[nodiscard]] std::vector<part> read_parts(std::string_view text, usdc amount);
/// Those that a step's detail names, as the word "parts=.." before its note; none likewise.
[[nodiscard]] std::vector<part> parts_in(std::string_view detail, usdc amount);

}  // namespace headroom::step_parts
