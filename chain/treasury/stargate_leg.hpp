#pragma once

#include "chain/treasury/bridge_step.hpp"
#include "chain/treasury/oft.hpp"
#include "chain/treasury/paid_token.hpp"
#include "chain/treasury/stargate_settings.hpp"

namespace headroom::chain {

/// A pool here and the one that pays out there.
struct stargate_pair {
  leg_chain from;
  leg_chain to;
  address pool;      // zero: there is none, and nothing is taken
  address far_pool;  // whose events are believed
  std::uint32_t far_eid = 0;
  address token;
  std::string token_name;  // for a human: "USDT0"
  uint128 max_fee_wei = 0;
  usdc coin_price;      // of the source chain's coin
  address far_token{};  // what the route needs to get there
};

/// What the runs of one Stargate leg share.
struct stargate_desk {
  stargate_settings settings;
  stargate_pair pair;
  arrival_memory memory{};
  paid_token pays{};  // by the pool over there

  [[nodiscard]] std::string refusal() const { return pays.refusal("Stargate", pair.to.name); }
};

/// By a taxi: one send, one message, named by its guid. A pool speaks LayerZero's OFT interface
/// (oft.hpp), but it has credit on each path: a send above it reverts, so quoteOFT is asked what it
/// would take, and less than the whole amount is waited for. States in `detail`: sent, delivered,
/// final.
class stargate_leg final : public route_leg {
 public:
  stargate_leg(const stargate_settings& settings, stargate_pair pair);

  [[nodiscard]] std::string step() const override { return "bridge"; }
  void quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) override;
  void run(actors::run_step x, route_step::promise p, bool at_once) override;
  [[nodiscard]] std::vector<leg_sight> sights() const override;
  void look_outside(std::function<void(std::string problem)> then) override;
  [[nodiscard]] std::string disabled() const override { return desk_.refusal(); }

 private:
  void quote_known(usdc amount, std::function<void(std::optional<leg_quote>)> then);

  stargate_desk desk_;
};

/// Asks the pool over there what it pays out, once for all.
void learn_pool(actors::route_actor::pointer self, stargate_desk& desk,
                std::function<void(bool known)> then);

/// Why nothing is taken at all where there is no pool.
[[nodiscard]] std::string no_pool(const stargate_pair& pair);
/// Why the pool's own word speaks against sending `amount`; "": it does not.
[[nodiscard]] std::string stargate_refusal(const stargate_settings& s, usdc amount,
                                           const oft::transfer_quote& q);

}  // namespace headroom::chain
