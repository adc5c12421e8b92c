#include "domain/withdrawal_bounds.hpp"
#include "persistence/detail/book.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/operator_log.hpp"
#include "persistence/detail/wire.hpp"
#include "persistence/detail/withdrawal_reads.hpp"

namespace headroom::persistence {
namespace {

bool same_request(const withdrawal& stored, const withdrawal& asked) {
  return stored.user == asked.user && stored.to == asked.to && stored.amount == asked.amount &&
         stored.request_hash == asked.request_hash;
}

/// Whoever else counts what this user has, also from another process, counts behind this one.
void lock_user(attempt& a, const address& user) {
  a.tx.exec_params("SELECT 1 FROM balances WHERE user_address = $1::bytea FOR UPDATE",
                   binary(user.view()));
}

bool has_too_many_open(attempt& a, const address& user) {
  const auto open = a.tx.exec_params1(
      "SELECT count(*) FROM withdrawals WHERE user_address = $1::bytea AND status = 'requested'",
      binary(user.view()));
  return read_int(open[0]) >= most_open_withdrawals_of_a_user;
}

/// What the user asked for on that day would come to more than the limit.
bool exceeds_day(attempt& a, const accept_withdrawal& x) {
  if (!x.daily_limit.is_positive()) return false;
  const auto& row = x.row;
  const auto begin = day_of(row.created_at);
  const auto end = begin.plus(std::chrono::hours{24});
  const auto asked = a.tx.exec_params1(
      "SELECT coalesce(sum(amount), 0)::bigint FROM withdrawals WHERE user_address = $1::bytea"
      " AND created_at >= time_of($2) AND created_at < time_of($3) AND status <> 'failed'",
      binary(row.user.view()), begin.us, end.us);
  return add_saturating({read_int(asked[0])}, row.amount) > x.daily_limit;
}

/// The story has this end already.
bool finished_so(const withdrawal& stored, const finish_withdrawal& x) {
  return stored.status == x.status && (x.tx_hash.is_zero() || stored.tx_hash == x.tx_hash);
}

/// Nothing may be given back while a transaction of it lives, or was mined and did what it should.
bool may_be_paid(attempt& a, const withdrawal_id& id) {
  return !a.tx.exec_params(
                  "SELECT 1 FROM withdrawals w WHERE w.withdrawal_id = $1::uuid"
                  " AND EXISTS (SELECT 1 " +
                      std::string{transfers_of_withdrawal} +
                      "AND o.status IN ('stored', 'confirmed'))",
                  binary(id.view()))
              .empty();
}

/// By a transaction of its own that the outbox has as confirmed.
bool was_paid_by(attempt& a, const withdrawal_id& id, const hash256& tx) {
  return !a.tx.exec_params(
                  "SELECT 1 FROM withdrawals w WHERE w.withdrawal_id = $1::uuid"
                  " AND EXISTS (SELECT 1 " +
                      std::string{transfers_of_withdrawal} +
                      "AND o.status = 'confirmed' AND o.tx_hash = $2::bytea)",
                  binary(id.view()), binary(tx.view()))
              .empty();
}

}  // namespace

errc apply(attempt& a, const accept_withdrawal& x) {
  const auto& row = x.row;
  if (const auto stored = select_withdrawal(a.tx, row.id))
    return same_request(*stored, row) ? a.replayed(moves_of(x)) : errc::duplicate;
  if (withdrawals_are_paused(a.tx)) return errc::paused;
  if (row.to.is_zero() || row.fee.micro < 0 || row.fee >= row.amount)
    return errc::invariant_violated;
  lock_user(a, row.user);
  if (has_too_many_open(a, row.user)) return errc::rate_limited;
  if (exceeds_day(a, x)) return errc::exceeds_daily_limit;
  a.tx.exec_params0(
      "INSERT INTO withdrawals (withdrawal_id, user_address, to_address, amount, fee,"
      " needs_approval, request_hash, placed_by, created_at, updated_at)"
      " VALUES ($1::uuid, $2::bytea, $3::bytea, $4, $5, $6, $7::bytea, $8, time_of($9),"
      " time_of($9))",
      binary(row.id.view()), binary(row.user.view()), binary(row.to.view()), row.amount.micro,
      row.fee.micro, row.needs_approval, binary(row.request_hash.view()), clean_text(row.placed_by),
      row.created_at.us);
  post(a, moves_of(x));
  return errc::none;
}

errc apply(attempt& a, const approve_withdrawal& x) {
  const auto stored = lock_withdrawal(a.tx, x.id);
  if (!stored) return errc::not_found;
  if (!stored->approved_by.empty()) return a.replayed();
  if (!waits_for_approval(*stored)) return errc::duplicate;
  if (x.by.empty()) return errc::invariant_violated;
  a.tx.exec_params0(
      "UPDATE withdrawals SET approved_by = $2, updated_at = time_of($3)"
      " WHERE withdrawal_id = $1::uuid",
      binary(x.id.view()), clean_text(x.by), x.at.us);
  note_action(a.tx, {x.by,
                     "approve_withdrawal",
                     x.id.text(),
                     {{"amount", to_string(stored->amount)}, {"to", stored->to.hex()}},
                     x.at});
  return errc::none;
}

errc apply(attempt& a, const finish_withdrawal& x) {
  const auto stored = lock_withdrawal(a.tx, x.id);
  if (!stored || stored->user != x.user || stored->amount != x.amount || stored->fee != x.fee)
    return errc::invariant_violated;
  const auto moves = moves_of(x);
  if (!is_open(*stored))
    return finished_so(*stored, x) ? a.replayed(moves) : errc::invariant_violated;
  const bool failed = x.status == withdrawal_status::failed;
  const bool possible =
      failed ? !may_be_paid(a, x.id)
             : x.status == withdrawal_status::confirmed && was_paid_by(a, x.id, x.tx_hash);
  if (!possible) return errc::invariant_violated;
  a.tx.exec_params0(
      "UPDATE withdrawals SET status = $2::withdrawal_status, tx_hash = NULLIF($3::bytea, ''),"
      " failure = $4, updated_at = time_of($5) WHERE withdrawal_id = $1::uuid",
      binary(x.id.view()), std::string{to_string(x.status)},
      binary(x.tx_hash.view().first(x.tx_hash.is_zero() ? 0 : hash256::size)),
      clean_text(x.failure), x.at.us);
  if (!x.by.empty())
    note_action(a.tx, {x.by, "refuse_withdrawal", x.id.text(), {{"reason", x.failure}}, x.at});
  post(a, moves);
  return errc::none;
}

errc apply(attempt& a, const switch_withdrawals& x) {
  if (x.by.empty()) return errc::invariant_violated;
  a.tx.exec_params0(
      "INSERT INTO withdrawal_switches (paused, reason, decided_by, created_at)"
      " VALUES ($1, $2, $3, time_of($4))",
      x.paused, clean_text(x.reason), clean_text(x.by), x.at.us);
  note_action(a.tx, {x.by,
                     x.paused ? "pause_withdrawals" : "resume_withdrawals",
                     "withdrawals",
                     {{"reason", x.reason}},
                     x.at});
  return errc::none;
}

}  // namespace headroom::persistence
