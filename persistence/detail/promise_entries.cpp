#include "persistence/detail/entries.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {

/// Those whose time is over leave with the next one that comes.
errc apply(attempt& a, const promise_bet& x) {
  const auto& row = x.row;
  if (row.status != bet_status::placing && row.status != bet_status::failed)
    return errc::invariant_violated;
  a.tx.exec_params0("DELETE FROM bet_promises WHERE kept_until < time_of($1)", row.updated_at.us);
  a.tx.exec_params0(
      "INSERT INTO bet_promises (bet_id, user_address, token, amount, max_price, status, failure,"
      " deadline, created_at, updated_at, placed_by, kept_until)"
      " VALUES ($1::uuid, $2::bytea, $3::bytea, $4, $5, $6::bet_status, $7, time_of($8),"
      " time_of($9), time_of($10), $11, time_of($12))"
      " ON CONFLICT (bet_id) DO UPDATE SET status = excluded.status, failure = excluded.failure,"
      " updated_at = excluded.updated_at, kept_until = excluded.kept_until",
      binary(row.id.view()), binary(row.user.view()), binary(row.token.bytes), row.amount.micro,
      row.max_price.micro, std::string{to_string(row.status)}, clean_text(row.failure),
      row.deadline.us, row.created_at.us, row.updated_at.us, clean_text(row.placed_by),
      x.kept_until.us);
  return errc::none;
}

}  // namespace headroom::persistence
