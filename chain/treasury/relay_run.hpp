#pragma once

#include "chain/treasury/relay_leg.hpp"

/// The Relay leg's work, for its own files: relay_deposit (from the quote to the deposit),
/// relay_fill (what became of it).
namespace headroom::chain {

inline constexpr const char* relay_purpose = "relay";  // of the outbox row that pays in

class relay_run final : public bridge_step {
 public:
  relay_run(const leg_house& house, relay_desk& desk, actors::run_step x, promise p, bool at_once);
  void start();

 private:
  [[nodiscard]] std::shared_ptr<relay_run> me() {
    return std::static_pointer_cast<relay_run>(shared_from_this());
  }

  // -- relay_deposit.cpp
  void read_chains(const operation_id& id);
  void read_there(const operation_id& id, std::vector<rpc_result>& r);
  void ask_price(const operation_id& id, std::uint64_t head);
  void deposit(const operation_id& id, std::uint64_t head, const hash256& order,
               timestamp offered_at);
  void find_deposit(const report& r);

  // -- relay_fill.cpp
  void ask_status();
  void heard(const relay::intent& x);
  void search_payments(std::uint64_t lowest, std::uint64_t highest, std::set<hash256> found,
                       std::uint32_t rounds);
  /// Keeps those that carry the order's id behind their calldata.
  void verify(const leg_chain& chain, const std::vector<hash256>& payments,
              std::function<void()> then);
  void find_refund();
  void judge_refund(const eth::receipt& receipt, std::uint32_t node);
  void halted(const std::string& words);
  [[nodiscard]] event_place place_of_arrival() const override;
  [[nodiscard]] std::optional<usdc> brought_by(const log_entry& log) const override;
  [[nodiscard]] bool others_may_emit() const override { return true; }
  [[nodiscard]] std::string_view arrived_word() const override { return "filled"; }
  [[nodiscard]] usdc most_of_arrival() const override;
  void not_arrived(arrival_memory::entry& waited) override;
  void arrived() override;

  relay_desk& desk_;
  const relay_settings& s_;
  const bool at_once_;
  std::set<hash256> payments_;  // verified
  relay::intent status_;        // by this look
};

[[nodiscard]] relay::order order_of(const relay_desk& desk, usdc amount);
/// Nothing on overflow.
[[nodiscard]] std::optional<relay::guards> guards_of(const relay_desk& desk, usdc amount,
                                                     timestamp now);

}  // namespace headroom::chain
