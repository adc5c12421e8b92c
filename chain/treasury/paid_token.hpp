#pragma once

#include <functional>
#include <optional>
#include <string>

#include "chain/treasury/route_leg.hpp"

namespace headroom::chain {

/// Which token a bridge pays out on the destination, by its own contracts there: asked until it is
/// known. What arrives is booked as the token that the route is for, so a bridge that pays out
/// another one, as native USDC where the route ends in USDC.e, takes nothing.
struct paid_token {
  address wanted;
  std::optional<address> paid{};

  /// "": it is the one that is wanted, or not known yet.
  /// @param bridge, chain  for a human: "CCTP", "Polygon".
  [[nodiscard]] std::string refusal(const std::string& bridge, const std::string& chain) const;
};

/// `known(false)`: it cannot be said now. Both run in `self`; `token` outlives it.
void learn_paid_token(actors::route_actor::pointer self, const rpc_actor& nodes, paid_token& token,
                      const address& contract, byte_vector call,
                      std::function<void(bool known)> then);

}  // namespace headroom::chain
