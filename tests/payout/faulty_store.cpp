#include "tests/payout/faulty_store.hpp"

namespace headroom::test {

using actors::store_status;

store_status faulty_store::commit(std::span<const journal_entry> batch,
                                  std::vector<entry_outcome>& outcomes,
                                  std::optional<buffer_row>& buffer) {
  ++commits;
  ++failed;
  if (chance(faults.unavailable)) return store_status::unavailable;
  if (chance(faults.lost_before_commit)) return store_status::in_doubt;
  if (chance(faults.session_ends)) end_session_();
  if (chance(faults.half_done)) {
    const auto half = real_.commit(batch.first(batch.size() / 2), outcomes, buffer);
    return half == store_status::ok ? store_status::too_slow : half;
  }
  const auto status = real_.commit(batch, outcomes, buffer);
  if (status != store_status::ok) return status;
  if (chance(faults.lost_after_commit)) {
    outcomes.clear();
    buffer.reset();
    return store_status::in_doubt;
  }
  --failed;
  return status;
}

store_status faulty_store::load_balances(std::span<const address> users,
                                         std::vector<balance_row>& rows) {
  if (chance(faults.reads_away)) return store_status::unavailable;
  return real_.load_balances(users, rows);
}

store_status faulty_store::load_buffer(buffer_row& row) {
  if (chance(faults.reads_away)) return store_status::unavailable;
  return real_.load_buffer(row);
}

store_status faulty_store::find_bets(std::span<const bet_id> ids,
                                     std::vector<std::optional<bet>>& rows) {
  if (chance(faults.reads_away)) return store_status::unavailable;
  return real_.find_bets(ids, rows);
}

store_status faulty_store::find_sale(const sale_id& id, std::optional<sale>& row) {
  if (chance(faults.reads_away)) return store_status::unavailable;
  return real_.find_sale(id, row);
}

store_status faulty_store::find_withdrawal(const withdrawal_id& id,
                                           std::optional<withdrawal>& row) {
  if (chance(faults.reads_away)) return store_status::unavailable;
  return real_.find_withdrawal(id, row);
}

}  // namespace headroom::test
