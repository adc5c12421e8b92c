#pragma once

#include <functional>
#include <random>

#include "actors/ports.hpp"

namespace headroom::test {

/// A store that loses answers, before and after the commit, that is away, too slow, or whose
/// session ends under it. What it passes on, and what the books make of it, is the real one's.
class faulty_store final : public actors::ledger_store {
 public:
  /// Probabilities in 1/1000.
  struct odds {
    unsigned unavailable = 0;
    unsigned lost_before_commit = 0;
    unsigned lost_after_commit = 0;
    unsigned half_done = 0;  // too slow: the first half is in the books
    unsigned session_ends = 0;
    unsigned reads_away = 0;
  };

  /// @param end_session  ends the real store's session from the outside
  faulty_store(actors::ledger_store& real, std::mt19937_64& rng, std::function<void()> end_session)
      : real_{real}, rng_{rng}, end_session_{std::move(end_session)} {}

  odds faults;
  std::uint64_t commits = 0;
  std::uint64_t failed = 0;  // of them

  actors::store_status commit(std::span<const journal_entry> batch,
                              std::vector<entry_outcome>& outcomes,
                              std::optional<buffer_row>& buffer) override;
  actors::store_status load_balances(std::span<const address> users,
                                     std::vector<balance_row>& rows) override;
  actors::store_status load_buffer(buffer_row& row) override;
  actors::store_status find_bets(std::span<const bet_id> ids,
                                 std::vector<std::optional<bet>>& rows) override;
  actors::store_status find_sale(const sale_id& id, std::optional<sale>& row) override;
  actors::store_status find_withdrawal(const withdrawal_id& id,
                                       std::optional<withdrawal>& row) override;

 private:
  bool chance(unsigned per_mille) { return per_mille > 0 && rng_() % 1000 < per_mille; }

  actors::ledger_store& real_;
  std::mt19937_64& rng_;
  std::function<void()> end_session_;
};

}  // namespace headroom::test
