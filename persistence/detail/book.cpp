#include "persistence/detail/book.hpp"

#include <algorithm>

#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

const std::string append_sql =
    "INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)"
    " VALUES ($1, $2, $3, $4, NULLIF($5::bytea, ''), $6::uuid, time_of($7))";

/// How many rows it became.
std::size_t append(attempt& a, const entry_moves& moves, const posting& p, const std::string& sql) {
  const auto& [kind, debit, credit] = p.shape;
  const bool of_a_user = debit == account::user || credit == account::user;
  const auto user = of_a_user ? moves.user.value() : address{};
  return a.tx
      .exec_params(sql, static_cast<int>(kind), static_cast<int>(debit), static_cast<int>(credit),
                   p.amount.micro, binary(user.view().first(of_a_user ? address::size : 0)),
                   binary(moves.reference.view()), moves.at.us)
      .affected_rows();
}

/// Of the accounts that exist once and are no row of their own.
void add_to_account(attempt& a, account which, usdc change) {
  a.tx.exec_params1(
      "UPDATE ledger_accounts SET balance = balance + $2 WHERE account = $1 RETURNING 1",
      static_cast<int>(which), change.micro);
}

/// The first money creates the row.
void add_to_user(attempt& a, const address& user, usdc change, timestamp at) {
  const auto row = a.tx.exec_params1(
      "WITH changed AS ("
      " UPDATE balances SET balance = balance + $2, version = version + 1, updated_at = time_of($3)"
      " WHERE user_address = $1::bytea RETURNING user_address, balance, version),"
      " opened AS ("
      " INSERT INTO balances (user_address, balance, updated_at)"
      " SELECT $1::bytea, $2, time_of($3) WHERE NOT EXISTS (SELECT 1 FROM changed)"
      " RETURNING user_address, balance, version)"
      " SELECT * FROM changed UNION ALL SELECT * FROM opened",
      binary(user.view()), change.micro, at.us);
  a.changed_user(row);
  const int is_new = read_int(row[2]) == 1 ? 1 : 0;  // the first version is the row's own insert
  a.tx.exec_params1(
      "UPDATE ledger_totals SET users = users + $1, user_count = user_count + $2 WHERE id = 1"
      " RETURNING 1",
      change.micro, is_new);
}

/// Whether money was put in, into the buffer or beside it. What comes back from the venue was there
/// before: a sale, a payout and its remainder replenish nothing.
bool replenishes(const entry_moves& moves) {
  return std::any_of(moves.postings.begin(), moves.postings.end(), [](const posting& p) {
    const auto kind = p.shape.kind;
    if (kind == posting_kind::sale || kind == posting_kind::payout ||
        kind == posting_kind::remainder)
      return false;
    return sign_of(buffer_total::deposited, p.shape) > 0 || sign_of(account::reserve, p.shape) > 0;
  });
}

/// The buffer's row shows the reserve too, so it is new when either changed.
void add_to_buffer(attempt& a, const entry_moves& moves) {
  const auto change = change_of(account::buffer, moves);
  const auto reserve = change_of(account::reserve, moves);
  if (change.is_zero() && reserve.is_zero()) return;
  a.changed_buffer(read_buffer(a.tx.exec_params1(
      "UPDATE liquidity_buffer SET usdc_balance = usdc_balance + $1,"
      " total_deposited = total_deposited + $2, total_withdrawn = total_withdrawn + $3,"
      " last_replenished_at = CASE WHEN $4 THEN time_of($5) ELSE last_replenished_at END,"
      " updated_at = greatest(updated_at, time_of($5))"
      " WHERE buffer_id = 'global' RETURNING " +
          buffer_columns_changed(),
      change.micro, change_of(buffer_total::deposited, moves).micro,
      change_of(buffer_total::withdrawn, moves).micro, replenishes(moves), moves.at.us)));
}

/// The buffer comes last: it returns the reserve as well.
void change_totals(attempt& a, const entry_moves& moves) {
  for (const auto which : all_accounts) {
    const auto change = change_of(which, moves);
    if (which == account::buffer || change.is_zero()) continue;
    if (which == account::user) {
      add_to_user(a, moves.user.value(), change, moves.at);
    } else {
      add_to_account(a, which, change);
    }
  }
  add_to_buffer(a, moves);
}

}  // namespace

void post(attempt& a, const entry_moves& moves) {
  for (const auto& p : moves.postings) append(a, moves, p, append_sql);
  change_totals(a, moves);
}

void post_once(attempt& a, const entry_moves& moves) {
  for (const auto& p : moves.postings)
    if (append(a, moves, p, append_sql + " ON CONFLICT DO NOTHING") == 0) return;
  change_totals(a, moves);
}

}  // namespace headroom::persistence
