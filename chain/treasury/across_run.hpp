#pragma once

#include "chain/treasury/across_leg.hpp"
#include "domain/step_parts.hpp"

/// The Across leg's work, for its own files: across_deposit (from the quote to the deposit),
/// across_fill (its fill), across_refund (when nobody filled it).
namespace headroom::chain {

/// What one look at a part has found.
struct part_news {
  actors::step_progress said;
  std::string stops{};  // why nothing new may start on the route; "": it may
  step_parts::part_state state =
      step_parts::part_state::planned;        // as far as it was seen to have come
  std::optional<across::relay_data> relay{};  // of its deposit, where that was seen
  bool above_limit = false;                   // held: relayers' stock is below it
};

/// Where a run is of one part of a step (across_split.hpp).
struct across_share {
  std::string name;          // in its operations' names: "0", sent again "0/1"
  bool sent_before = false;  // an earlier try was
  usdc whole{};              // what all parts move
  std::function<void(part_news)> then;
};

/// One deposit: of a step that goes whole, or of one part of it.
class across_run final : public bridge_step {
 public:
  across_run(const across_place& place, actors::run_step x, promise p,
             std::optional<across_share> share = {});
  void start();

 private:
  [[nodiscard]] std::shared_ptr<across_run> me() {
    return std::static_pointer_cast<across_run>(shared_from_this());
  }

  // -- across_deposit.cpp
  void deliver(actors::step_progress said, const std::string& stops) override;
  [[nodiscard]] std::string operation_word() const;
  [[nodiscard]] std::string alert_subject() const;
  [[nodiscard]] bool sent_before() const noexcept;
  void look_for_parts(const operation_id& id);
  void plan(std::vector<step_parts::part> parts);
  void judge_offer(const operation_id& id, std::uint64_t head, const across::deposit_terms& terms,
                   const across::fee_answer& offer);
  void read_chains(const operation_id& id);
  void read_there(const operation_id& id, std::vector<rpc_result>& r);
  void ask_price(const operation_id& id, std::uint64_t head, std::uint64_t source_time,
                 std::uint64_t destination_time);
  void deposit(const operation_id& id, std::uint64_t head, const across::deposit_call& call);
  void not_final_yet(const report& r);
  void find_deposit(const report& r);

  // -- across_fill.cpp
  [[nodiscard]] event_place place_of_arrival() const override;
  [[nodiscard]] std::optional<usdc> brought_by(const log_entry& log) const override;
  [[nodiscard]] bool others_may_emit() const override { return true; }
  [[nodiscard]] std::string_view arrived_word() const override { return "filled"; }
  void not_arrived(arrival_memory::entry& waited) override;
  void arrived() override;
  void judge_deadline(const chain_head& head);
  void heard_status(const std::vector<rpc_result>& words);

  // -- across_refund.cpp
  void expired();
  void read_deposits(std::uint64_t lowest, std::uint64_t highest, std::uint32_t rounds);
  void read_refunds(std::uint64_t lowest, std::uint64_t highest, std::uint32_t rounds);
  void walk(std::uint64_t lowest, std::uint64_t highest, std::uint32_t rounds, event_place place,
            std::uint64_t across_refunds::*next, std::function<void(const log_entry&)> each,
            std::function<void()> then);
  void ask_times();
  void ask_fills(std::uint32_t asked);
  void judge_refund();

  const across_place place_;
  across_desk& desk_;
  const across_settings& s_;
  const std::optional<across_share> share_;  // nothing: it is the whole step
  step_parts::part_state stage_ = step_parts::part_state::planned;
  bool above_limit_ = false;
  std::optional<across::relay_data> relay_;  // of the deposit, once its receipt was read
  std::uint64_t deposited_in_ = 0;           // block
  std::string judged_at_;  // the destination's final block that is past the deadline
};

/// Our order, before an offer completes it.
[[nodiscard]] across::deposit_terms terms_of(const across_desk& desk, usdc amount);
[[nodiscard]] across::fee_question question_of(const across_desk& desk, usdc amount);

}  // namespace headroom::chain
