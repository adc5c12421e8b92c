#pragma once

#include "chain/treasury/route_leg.hpp"

namespace headroom::chain {

/// One token for another on one chain, for ourselves.
struct swap_order {
  address token_in;
  address token_out;
  std::uint64_t amount_in = 0;
  address wallet;  // pays, and receives
};

/// What a venue would give now.
struct swap_offer {
  std::uint64_t out = 0;
  std::string refusal{};    // its own no; "": it offers `out`
  bool readable = true;     // false: it has not answered
  std::uint32_t calls = 0;  // that the answer cost
};

/// The call that takes an offer, checked to the last byte by the venue that made it.
struct prepared_swap {
  std::optional<actors::contract_call> call{};
  std::string problem{};  // why there is none
};

/// Somewhere to swap. The swap leg asks all it has and takes the best offer; another venue is one
/// more class like this, and one more in the list the leg is made with.
class swap_venue {
 public:
  swap_venue() = default;
  swap_venue(const swap_venue&) = delete;
  swap_venue& operator=(const swap_venue&) = delete;
  virtual ~swap_venue() = default;

  [[nodiscard]] virtual std::string name() const = 0;
  /// The only contract that is called, and the only one that the wallet lets take its tokens.
  [[nodiscard]] virtual address router() const = 0;
  /// The word that the allowance's operation is named by, for good: one for each venue.
  [[nodiscard]] virtual std::string approval() const { return "approve/" + name(); }

  virtual void quote(const leg_house& house, const swap_order& order,
                     std::function<void(swap_offer)> then) = 0;
  /// @param least     in the call itself, so that the chain holds the venue to it.
  /// @param deadline  unix seconds by the chain's clock, likewise where the venue has one.
  virtual void prepare(const leg_house& house, const swap_order& order, std::uint64_t least,
                       std::uint64_t deadline, std::function<void(prepared_swap)> then) = 0;
};

}  // namespace headroom::chain
