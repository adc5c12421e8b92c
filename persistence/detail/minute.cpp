#include "persistence/detail/minute.hpp"

#include "persistence/detail/attempt.hpp"
#include "persistence/detail/event_entries.hpp"
#include "persistence/detail/ledger_sql.hpp"

namespace headroom::persistence {

void minute::saw(std::span<const journal_entry> batch, std::span<const entry_outcome> outcomes,
                 const std::optional<buffer_row>& buffer) {
  const auto is_new = [&](std::size_t i) {
    return outcomes[i].verdict == errc::none && !outcomes[i].result.replayed;
  };
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (std::holds_alternative<note_buffer>(batch[i]) && is_new(i)) {
      lowest_.reset();
      bets_ = 0;
      whole_ = true;
    }
  for (std::size_t i = 0; i < batch.size(); ++i)
    if (std::holds_alternative<accept_bet>(batch[i]) && is_new(i)) ++bets_;
  if (buffer) lowest_ = std::min(lowest_.value_or(buffer->balance), buffer->balance);
}

/// The bets of a minute that nobody watched whole are counted by their index, an hour back at most:
/// once after a start.
errc note_minute(attempt& a, const note_buffer& x, const minute& seen) {
  static const auto insert = numbered(R"(
    WITH last AS (SELECT max(at) AS at FROM buffer_history WHERE at < time_of($1))
    INSERT INTO buffer_history (at, usdc_balance, reserve, lowest, deposited, withdrawn, bets)
    SELECT time_of($1), usdc_balance,
           (SELECT balance FROM ledger_accounts WHERE account = {account:reserve}),
           least(usdc_balance, $2::bigint), total_deposited, total_withdrawn,
           coalesce($3::bigint, (SELECT count(*) FROM bets, last WHERE created_at < time_of($1)
             AND created_at >= greatest(last.at, time_of($1) - interval '1 hour')))
    FROM liquidity_buffer WHERE buffer_id = 'global' ON CONFLICT (at) DO NOTHING)");
  std::optional<std::int64_t> lowest;
  if (seen.lowest()) lowest = seen.lowest()->micro;
  if (a.tx.exec_params(insert, x.at.us, lowest, seen.bets()).affected_rows() == 0)
    return a.replayed();
  a.tx.exec_params0("DELETE FROM buffer_history WHERE at < time_of($1) - interval '90 days'",
                    x.at.us);
  forget_old_events(a, x.at);
  return errc::none;
}

}  // namespace headroom::persistence
