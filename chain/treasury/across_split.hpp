#pragma once

#include <deque>

#include "chain/treasury/across_run.hpp"

/// A step that is above what Across takes at once, as several deposits (docs/decisions/0045). Each
/// part is a run of its own (across_run), one after the other in each look; the step is done when
/// all of them are, and has failed only while none of them is under way.
namespace headroom::chain {

/// Operations of a step that goes whole, and the first of one that goes in parts. There is never
/// more than one of the two.
inline constexpr std::string_view whole_operation = "deposit";
inline constexpr std::string_view first_operation = "across/0";

/// For sure: a wallet that is preparing it says so beside.
[[nodiscard]] inline bool is_unsent(const actors::operation_report& r) {
  return r.state == operation_state::unsent && r.detail.empty();
}

class across_split final : public route_step {
 public:
  across_split(const across_place& place, actors::run_step x, promise p);
  void start();

 private:
  using parts = std::vector<step_parts::part>;

  [[nodiscard]] std::shared_ptr<across_split> me() {
    return std::static_pointer_cast<across_split>(shared_from_this());
  }

  // -- what is known of the parts
  void look_for_whole();
  void look_for_first();
  void go_whole();
  void read_first(const operation_id& id);
  void adopt(const std::vector<chain_operation>& rows);

  // -- one look at each
  void look();
  void next();
  [[nodiscard]] std::string why_not_sent(std::size_t i) const;
  void run_part(std::size_t i);
  void heard(std::size_t i, const part_news& news);
  void moved(std::size_t i, const part_news& news);
  void failed_part(std::size_t i, const actors::step_progress& said);
  void look_for_try(std::size_t i);

  // -- what they come to
  void conclude();
  void conclude_proof();
  void arrive();
  [[nodiscard]] bool first_is_sent() const;
  [[nodiscard]] bool any_out() const;
  [[nodiscard]] usdc still_here(std::size_t but) const;
  [[nodiscard]] hash256 newest_tx() const;
  [[nodiscard]] std::string summary() const;

  const across_place place_;
  parts parts_;
  std::vector<std::string> notes_;  // of this look, by part
  std::deque<std::size_t> to_look_at_;
  bool looked_twice_ = false;
  bool under_way_ = false;
  bool above_limit_ = false;  // the first part, of which nothing was sent yet
  std::string unknown_;       // why one cannot be read
  std::string failure_;
  hash256 failed_tx_;
};

}  // namespace headroom::chain
