#pragma once

#include "chain/treasury/bridge_step.hpp"
#include "chain/treasury/oft_uniswap_settings.hpp"

namespace headroom::chain {

/// What the runs of one OFT leg share. The settings are the whole route's; the leg reads its own.
struct oft_desk {
  oft_uniswap_settings settings;
  leg_chain from;
  leg_chain to;
  arrival_memory memory{};
  std::optional<address> endpoint{};  // LayerZero's on the destination, as its messenger says
};

/// USDT0 by LayerZero OFT: one send, one message, named by its guid. States in `detail`: sent,
/// verified, executed, final. oft_run has the steps.
class oft_leg final : public route_leg {
 public:
  oft_leg(const oft_uniswap_settings& settings, rpc_actor from, rpc_actor to);

  [[nodiscard]] std::string step() const override { return "bridge"; }
  void quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) override;
  void run(actors::run_step x, route_step::promise p, bool at_once) override;
  [[nodiscard]] std::vector<leg_sight> sights() const override;

 private:
  oft_desk desk_;
};

/// The route's two chains as its legs see them.
[[nodiscard]] leg_chain source_of(const oft_uniswap_settings& s, rpc_actor nodes);
[[nodiscard]] leg_chain destination_of(const oft_uniswap_settings& s, rpc_actor nodes);

}  // namespace headroom::chain
