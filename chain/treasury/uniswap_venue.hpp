#pragma once

#include "chain/treasury/swap_venue.hpp"

namespace headroom::chain {

/// One Uniswap V3 pool.
class uniswap_venue final : public swap_venue {
 public:
  /// @param router  SwapRouter, the variant with a deadline.
  uniswap_venue(address quoter, address router, std::uint32_t pool_fee, rpc_actor nodes);

  [[nodiscard]] std::string name() const override { return "uniswap"; }
  [[nodiscard]] address router() const override { return router_; }
  [[nodiscard]] std::string approval() const override { return "approve"; }  // since there was one
  void quote(const leg_house& house, const swap_order& order,
             std::function<void(swap_offer)> then) override;
  void prepare(const leg_house& house, const swap_order& order, std::uint64_t least,
               std::uint64_t deadline, std::function<void(prepared_swap)> then) override;

 private:
  address quoter_;
  address router_;
  std::uint32_t pool_fee_;
  rpc_actor nodes_;
};

}  // namespace headroom::chain
