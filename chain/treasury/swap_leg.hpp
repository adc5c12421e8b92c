#pragma once

#include "chain/treasury/swap_venue.hpp"

namespace headroom::chain {

/// A swap of one token for another on one chain, wherever it brings most.
struct swap_terms {
  leg_chain chain;
  address token_in;
  std::string token_in_name;  // for a human: "USDT0"
  address token_out;
  std::uint32_t slippage_bps = 30;     // below the quote
  std::uint32_t least_bps = 9'960;     // of the input, whatever the quote says
  std::chrono::seconds deadline{600};  // of chain time
  std::string purpose = "swap";        // of its outbox rows
};

class swap_leg final : public route_leg {
 public:
  /// @param venues  this leg's own; at equal offers the first wins.
  swap_leg(swap_terms terms, std::vector<std::shared_ptr<swap_venue>> venues);

  [[nodiscard]] std::string step() const override { return "swap"; }
  void quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) override;
  void run(actors::run_step x, route_step::promise p, bool at_once) override;
  [[nodiscard]] std::vector<leg_sight> sights() const override;

 private:
  swap_terms terms_;
  std::vector<std::shared_ptr<swap_venue>> venues_;
};

}  // namespace headroom::chain
