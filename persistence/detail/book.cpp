#include "persistence/detail/book.hpp"

#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

constexpr const char* append_sql =
    "INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)"
    " VALUES ($1, $2, $3, $4, $5::bytea, $6::uuid, time_of($7))";

}  // namespace

void append_posting(attempt& a, const posting_subject& about, posting_kind kind, account debit,
                    account credit, usdc amount) {
  if (amount.is_zero()) return;
  a.tx.exec_params0(append_sql, static_cast<int>(kind), static_cast<int>(debit),
                    static_cast<int>(credit), amount.micro, nullptr, binary(about.reference),
                    about.at.us);
}

void append_posting(attempt& a, const posting_subject& about, posting_kind kind, account debit,
                    account credit, usdc amount, const address& user) {
  if (amount.is_zero()) return;
  a.tx.exec_params0(append_sql, static_cast<int>(kind), static_cast<int>(debit),
                    static_cast<int>(credit), amount.micro, binary(user.view()),
                    binary(about.reference), about.at.us);
}

void add_to_account(attempt& a, account which, std::int64_t delta_micro) {
  if (delta_micro == 0) return;
  a.tx.exec_params1(
      "UPDATE ledger_accounts SET balance = balance + $2 WHERE account = $1 RETURNING 1",
      static_cast<int>(which), delta_micro);
}

void add_to_buffer(attempt& a, usdc amount, timestamp at) {
  a.changed_buffer(read_buffer(
      a.tx.exec_params1(std::string{"UPDATE liquidity_buffer SET usdc_balance = usdc_balance + $1,"
                                    " total_deposited = total_deposited + $1,"
                                    " last_replenished_at = time_of($2),"
                                    " updated_at = greatest(updated_at, time_of($2))"
                                    " WHERE buffer_id = 'global' RETURNING "} +
                            buffer_columns_changed,
                        amount.micro, at.us)));
}

void add_to_user(attempt& a, const address& user, usdc amount, timestamp at) {
  const auto row = a.tx.exec_params1(
      "INSERT INTO balances AS b (user_address, balance, updated_at)"
      " VALUES ($1::bytea, $2, time_of($3))"
      " ON CONFLICT (user_address) DO UPDATE SET"
      " balance = b.balance + excluded.balance, version = b.version + 1,"
      " updated_at = excluded.updated_at"
      " RETURNING user_address, balance, version",
      binary(user.view()), amount.micro, at.us);
  a.changed_user(row);
  const int is_new = read_int(row[2]) == 1 ? 1 : 0;  // the first version is the row's own insert
  a.tx.exec_params1(
      "UPDATE ledger_totals SET users = users + $1, user_count = user_count + $2 WHERE id = 1"
      " RETURNING 1",
      amount.micro, is_new);
}

}  // namespace headroom::persistence
