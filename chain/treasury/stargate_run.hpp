#pragma once

#include "chain/treasury/stargate_leg.hpp"

/// The Stargate leg's work.
namespace headroom::chain {

class stargate_run final : public bridge_step {
 public:
  stargate_run(const leg_house& house, stargate_desk& desk, actors::run_step x, promise p);
  void start();

 private:
  [[nodiscard]] std::shared_ptr<stargate_run> me() {
    return std::static_pointer_cast<stargate_run>(shared_from_this());
  }

  void no_word(const caf::error& why) override;

  void check_pool(const operation_id& id);
  void read_chains(const operation_id& id);
  void read_pool(const operation_id& id);
  void judge_pool(const operation_id& id, std::vector<rpc_result>& r);
  void send_it(const operation_id& id, std::uint64_t head, std::uint64_t least,
               const uint256& value);
  void find_message(const report& r);

  [[nodiscard]] event_place place_of_arrival() const override;
  [[nodiscard]] std::optional<usdc> brought_by(const log_entry& log) const override;
  [[nodiscard]] std::optional<address> token_of_arrival() const override { return pair_.far_token; }
  [[nodiscard]] std::string_view arrived_word() const override { return "delivered"; }
  void not_arrived(arrival_memory::entry& waited) override;
  void arrived() override;

  stargate_desk& desk_;
  const stargate_pair& pair_;
};

/// The whole amount to our wallet over there; the least is set by whoever sends it.
[[nodiscard]] oft::send_parameters stargate_parameters(const stargate_pair& pair, usdc amount);
[[nodiscard]] bool is_too_dear(const stargate_pair& pair, const oft::messaging_fee& fee);

}  // namespace headroom::chain
