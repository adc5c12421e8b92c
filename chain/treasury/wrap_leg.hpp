#pragma once

#include "chain/treasury/route_leg.hpp"

namespace headroom::chain {

/// USDC.e of ours becomes the venue's pUSD, one to one, on the account that bets.
struct wrap_terms {
  leg_chain chain;
  address onramp;      // the only contract that is called, and that may take the USDC.e
  address usdc_e;      // of `chain.wallet`
  address collateral;  // pUSD
  address to;          // the account that bets
};

/// The tail of a route whose other legs end in USDC.e. A paused onramp reverts: it is waited for.
class wrap_leg final : public route_leg {
 public:
  explicit wrap_leg(wrap_terms terms) : terms_{std::move(terms)} {}

  [[nodiscard]] std::string step() const override { return "wrap"; }
  void quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) override;
  void run(actors::run_step x, route_step::promise p, bool at_once) override;
  [[nodiscard]] std::vector<leg_sight> sights() const override;

 private:
  wrap_terms terms_;
};

/// CollateralOnramp.wrap(asset, to, amount) (0x62355638).
[[nodiscard]] byte_vector wrap_call(const wrap_terms& t, usdc amount);

}  // namespace headroom::chain
