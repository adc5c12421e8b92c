#pragma once

#include "chain/treasury/layerzero.hpp"
#include "chain/treasury/oft.hpp"
#include "chain/treasury/oft_leg.hpp"

/// The OFT leg's work, for its own files: oft_run (what the wallets say), oft_send (out of the
/// source chain), oft_delivery (into the destination).
namespace headroom::chain {

class oft_run final : public bridge_step {
 public:
  oft_run(const leg_house& house, oft_desk& desk, actors::run_step x, promise p, bool at_once);
  void start();

 private:
  [[nodiscard]] std::shared_ptr<oft_run> me() {
    return std::static_pointer_cast<oft_run>(shared_from_this());
  }

  // -- what the wallets say: oft_run.cpp
  void no_word(const caf::error& why) override;
  void sent(const report& r) override;
  void not_sent(bool reverts, const std::string& why) override;

  // -- out of the source chain: oft_send.cpp
  void quote_bridge(const operation_id& id);
  void quote_transfer(const operation_id& id);
  void quoted_transfer(const operation_id& id, std::vector<rpc_result>& r);
  void quoted_fee(const operation_id& id, std::uint64_t head, const oft::send_parameters& p,
                  const rpc_result& answer);
  void watch_fee(const oft::messaging_fee& fee);
  void find_message(const report& r);

  // -- the message's arrival: oft_delivery.cpp
  [[nodiscard]] event_place place_of_arrival() const override;
  [[nodiscard]] std::optional<usdc> brought_by(const log_entry& log) const override;
  [[nodiscard]] std::string_view arrived_word() const override { return "executed"; }
  void not_arrived(arrival_memory::entry& waited) override;
  void arrived() override;
  void consider_rescue();
  void ask_verified(const operation_id& rescue, const address& endpoint);
  void verified(const operation_id& rescue, const address& endpoint);
  void not_verified(bool executed);
  void rescue_is_stuck(std::string_view why);

  oft_desk& desk_;
  const oft_uniswap_settings& s_;
  const bool at_once_;
  std::optional<layerzero::packet> packet_;  // of the bridge's message, once it was read
};

/// The whole amount to our wallet over there.
[[nodiscard]] oft::send_parameters oft_parameters(const oft_uniswap_settings& s, usdc amount);
/// Why the bridge's own word speaks against sending `amount`; "": it does not.
[[nodiscard]] std::string refusal_of(const oft_uniswap_settings& s, usdc amount,
                                     const oft::transfer_quote& q);
[[nodiscard]] bool too_dear(const oft_uniswap_settings& s, const oft::messaging_fee& fee);

}  // namespace headroom::chain
