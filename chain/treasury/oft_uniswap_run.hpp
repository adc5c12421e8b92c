#pragma once

#include "chain/treasury/oft.hpp"
#include "chain/treasury/oft_uniswap_route.hpp"

/// The route's work, for its own files: oft_uniswap_run (which step), oft_uniswap_bridge (out of
/// Plasma), oft_uniswap_delivery (into Polygon), oft_uniswap_swap.
namespace headroom::chain {

namespace layerzero {
struct packet;
}

/// Indices of the route's steps.
enum step_index : std::uint32_t { bridge_step = 0, swap_step = 1 };

class oft_uniswap_run final : public route_step {
 public:
  oft_uniswap_run(oft_uniswap_self self, actors::run_step x, promise p);
  void start();

 private:
  [[nodiscard]] std::shared_ptr<oft_uniswap_run> me() {
    return std::static_pointer_cast<oft_uniswap_run>(shared_from_this());
  }

  // -- what the wallets say: oft_uniswap_run.cpp
  void no_word(const caf::error& why) override;
  void sent(const report& r) override;
  void not_sent(bool reverts, const std::string& why) override;
  /// Whether the wallet's tokens cover this step and what older conversions have yet to send; says
  /// so when they do not.
  [[nodiscard]] bool covered(const rpc_result& balance, std::string_view chain);

  // -- bridge: oft_uniswap_bridge.cpp
  void start_bridge();
  void quote_bridge(const operation_id& id);
  void quote_fee(const operation_id& id);
  void quoted_fee(const operation_id& id, std::vector<rpc_result>& r);
  void check_sends(std::uint64_t head, std::function<void()> then);
  void send_bridge(const operation_id& id, const oft::messaging_fee& fee);
  void find_message(const report& r);

  // -- delivery: oft_uniswap_delivery.cpp
  void look_for_arrival();
  void search_arrival();
  void find_arrival(const chain_head& head);
  void not_arrived();
  void arrived(const std::vector<log_entry>& logs, std::uint32_t node);
  void consider_rescue();
  void ask_verified(const operation_id& rescue, const address& endpoint);
  void verified(const operation_id& rescue, const address& endpoint);
  void rescue_is_stuck(std::string_view why);

  // -- swap: oft_uniswap_swap.cpp
  void start_swap();
  void check_allowance(const operation_id& swap);
  void approve();
  void quote_swap(const operation_id& id);
  void quoted_swap(const operation_id& id, std::vector<rpc_result>& r);
  void swapped(const report& r);

  oft_uniswap_state& st_;
  const oft_uniswap_settings& s_;
  std::shared_ptr<const layerzero::packet> packet_;  // of the bridge's message, once it was read
};

/// USDT0 to USDC on Polygon, for us; what is left to set is the price and the deadline.
[[nodiscard]] uniswap_v3::swap swap_of(const oft_uniswap_settings& s, usdc amount);

}  // namespace headroom::chain
