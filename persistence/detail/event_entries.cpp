#include "persistence/detail/event_entries.hpp"

#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

using element = wire_array::element;

/// The hot statements write those of bets themselves.
bool writes_itself(const journal_entry& entry) {
  return std::holds_alternative<accept_bet>(entry) || std::holds_alternative<finish_bet>(entry);
}

std::string insert_events(const std::string& user) {
  return "INSERT INTO events (type, subject, user_address, amount, created_at) SELECT i.type,"
         " i.subject, coalesce(NULLIF(i.who, ''::bytea), " +
         user +
         "), i.amount, time_of(i.at) FROM unnest($1::bigint[], $2::bytea[], $3::bytea[],"
         " $4::bigint[], $5::bigint[]) WITH ORDINALITY i(type, subject, who, amount, at, n)"
         " ORDER BY i.n";
}

/// Whose it is that the entry does not say: by the row that it is about.
std::string owner_by_row() {
  return "CASE WHEN i.type IN (" + number_sql(event_type::deposit_settled) + ", " +
         number_sql(event_type::deposit_failed) +
         ") THEN (SELECT d.user_address FROM deposits d"
         " WHERE d.deposit_id = encode(i.subject, 'hex')::uuid)"
         " WHEN i.type = " +
         number_sql(event_type::withdrawal_approved) +
         " THEN (SELECT w.user_address FROM withdrawals w"
         " WHERE w.withdrawal_id = encode(i.subject, 'hex')::uuid) END";
}

}  // namespace

void enter_turn(pqxx::transaction_base& tx, writer_of_events who) {
  // The journal waits for a terminal, also while that one waits itself (for a vacuum, say): not for
  // long, and not for one that has fallen silent.
  tx.exec0(
      who == writer_of_events::journal
          ? "LOCK TABLE events IN ROW EXCLUSIVE MODE"
          : "SET LOCAL idle_in_transaction_session_timeout = 5000; SET LOCAL lock_timeout = 2000;"
            " LOCK TABLE events IN SHARE ROW EXCLUSIVE MODE");
}

/// So many that a house of a few hundred events a second keeps up, asked once a minute.
void forget_old_events(attempt& a, timestamp now) {
  a.tx.exec_params0(
      "DELETE FROM events WHERE id IN (SELECT id FROM"
      " (SELECT id, created_at FROM events ORDER BY id LIMIT 10000) oldest"
      " WHERE created_at < time_of($1) - interval '30 days')",
      now.us);
}

byte_vector subject_bytes(const event& e) {
  if (e.subject.empty()) return {};
  if (e.type == event_type::position_settled) {
    const auto token = uint256::parse_decimal(e.subject).value();
    return {token.bytes.begin(), token.bytes.end()};
  }
  const auto id = bet_id::parse(e.subject).value();  // they are all written alike
  return {id.bytes.begin(), id.bytes.end()};
}

void write_events(attempt& a, std::span<const journal_entry> part,
                  std::span<const entry_outcome> outcomes) {
  static const std::string statement = insert_events(owner_by_row());
  wire_array type{element::int8}, subject{element::bytea}, who{element::bytea},
      amount{element::int8}, at{element::int8};
  bool any = false;
  for (std::size_t i = 0; i < part.size(); ++i) {
    if (writes_itself(part[i])) continue;
    const auto told = told_of(part[i], outcomes[i]);
    if (!told) continue;
    any = true;
    const auto id = subject_bytes(*told);
    type.push(static_cast<std::int64_t>(told->type));
    subject.push(byte_view{id});
    who.push(told->user ? told->user->view() : byte_view{});
    amount.push(told->amount.micro);
    at.push(told->at.us);
  }
  if (!any) return;
  a.tx.exec_params0(statement, type.parameter(), subject.parameter(), who.parameter(),
                    amount.parameter(), at.parameter());
}

}  // namespace headroom::persistence
