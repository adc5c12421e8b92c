#pragma once

#include "chain/treasury/cctp.hpp"
#include "chain/treasury/cctp_leg.hpp"
#include "chain/treasury/iris.hpp"

/// The CCTP leg's work, for its own files: cctp_burn (on the source chain), cctp_receive (the
/// attestation, and the money on the other side).
namespace headroom::chain {

class cctp_run final : public bridge_step {
 public:
  cctp_run(const leg_house& house, cctp_desk& desk, actors::run_step x, promise p, bool at_once);
  void start();

 private:
  [[nodiscard]] std::shared_ptr<cctp_run> me() {
    return std::static_pointer_cast<cctp_run>(shared_from_this());
  }

  // -- cctp_burn.cpp
  void sent(const report& r) override;
  void check_token(const operation_id& id);
  void read_chains(const operation_id& id);
  void read_there(const operation_id& id, std::vector<rpc_result>& r);
  void ask_fee(const operation_id& id, std::uint64_t head);
  void burn(const operation_id& id, std::uint64_t head, std::uint64_t max_fee);
  void find_burn(const report& r);
  [[nodiscard]] cctp::transfer transfer_of_ours() const;

  // -- cctp_receive.cpp
  void ask_iris();
  void heard_iris(const iris::reading& said);
  [[nodiscard]] bool holds(const hash256& nonce);
  void claim(const hash256& nonce);
  void not_attested(std::string state, std::optional<hash256> nonce);
  void ask_again(const hash256& nonce, std::string state);
  void receive(std::optional<iris::attested> x, std::uint32_t tried);
  void not_sent(bool reverts, const std::string& why) override;
  [[nodiscard]] event_place place_of_arrival() const override;
  [[nodiscard]] std::optional<usdc> brought_by(const log_entry& log) const override;
  [[nodiscard]] std::optional<address> token_of_arrival() const override {
    return desk_.pair.far_token;
  }
  [[nodiscard]] std::string_view arrived_word() const override { return "received"; }
  void not_arrived(arrival_memory::entry& waited) override;
  void arrived() override;

  cctp_desk& desk_;
  const cctp_settings& s_;
  const bool at_once_;
  bool burned_ = false;
};

/// What a fast transfer of `amount` may cost at `bps`, rounded up.
[[nodiscard]] std::optional<std::uint64_t> fast_fee(usdc amount, std::uint32_t bps);

}  // namespace headroom::chain
