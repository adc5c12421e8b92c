#include "persistence/detail/bet_statements.hpp"

#include "domain/events.hpp"
#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/rows.hpp"

namespace headroom::persistence {
namespace {

/// A bet takes from its user and from the buffer alike, and its refund gives back alike: so one
/// sum, what users are owed, changes all that is stored of both.
std::string buffer_changes(const std::string& owed) {
  return buffer_follows_sql({posting_kind::bet, posting_kind::bet_refund}, owed);
}

/// No new bet is on a market that is being paid out: its shares would be nobody's any more. Each is
/// looked up in the indexes, however many markets there are.
const std::string none_is_settled =
    "refuse_settled((SELECT count(*) FROM ins, LATERAL (SELECT 1 FROM market_outcomes o"
    " JOIN settlements USING (condition_id) WHERE o.token = ins.token OFFSET 0) s))";

/// What is heard of new bets `ins`.
std::string placed_events() {
  return "SELECT " + number_sql(event_type::bet_placed) +
         ", uuid_send(bet_id), user_address, amount, created_at FROM ins";
}

const std::string insert_events =
    "INSERT INTO events (type, subject, user_address, amount, created_at) ";

}  // namespace

std::string write_bets_sql() {
  return numbered(R"(
WITH fin AS (
  UPDATE bets b SET status = i.status::bet_status, shares = i.shares, spent = i.spent,
    fee = i.fee, refunded = i.refunded, failure = i.failure, updated_at = time_of(i.at)
  FROM unnest($1::uuid[], $2::bytea[], $3::text[], $4::bigint[], $5::bigint[], $6::bigint[],
              $7::bigint[], $8::text[], $9::bigint[], $21::bigint[])
       i(id, who, status, shares, spent, fee, refunded, failure, at, excess),
    LATERAL (SELECT ctid, user_address, status, amount FROM bets WHERE bet_id = i.id OFFSET 0) found
  WHERE b.ctid = found.ctid AND b.status = 'placing'
    AND found.user_address = i.who AND found.status = 'placing'
    AND i.excess >= 0 AND found.amount + i.excess = i.spent + i.fee + i.refunded
  RETURNING b.bet_id, b.user_address, b.refunded, b.updated_at, b.status, b.token, b.shares,
    b.spent + b.fee AS cost, b.created_at, b.placed_by),
held AS (
  INSERT INTO positions AS p (token, user_address, shares, cost, since, updated_at)
  SELECT token, user_address, sum(shares)::bigint, sum(cost)::bigint, min(created_at),
         max(updated_at)
  FROM fin WHERE status = 'filled' AND shares > 0 GROUP BY token, user_address
  ON CONFLICT (token, user_address) DO UPDATE
  SET shares = p.shares + excluded.shares, cost = p.cost + excluded.cost,
      since = least(p.since, excluded.since),
      updated_at = greatest(p.updated_at, excluded.updated_at)),
ins AS (
  INSERT INTO bets (bet_id, user_address, token, amount, max_price, request_hash, order_hash,
                    signed_order, deadline, created_at, updated_at, placed_by)
  SELECT i.id, i.who, i.token, i.amount, i.max_price, i.request, i.hash, i.signed,
         time_of(i.deadline), time_of(i.at), time_of(i.at), i.placed_by
  FROM unnest($10::uuid[], $11::bytea[], $12::bytea[], $13::bigint[], $14::bigint[], $15::bytea[],
              $16::bytea[], $17::bytea[], $18::bigint[], $19::bigint[], $20::text[])
       i(id, who, token, amount, max_price, request, hash, signed, deadline, at, placed_by)
  ON CONFLICT (bet_id) DO NOTHING
  RETURNING bet_id, user_address, amount, created_at, token, placed_by),
delegated(id, user_address, used, largest, at) AS (
  SELECT delegation_in(placed_by), user_address, amount, amount, created_at FROM ins
  UNION ALL SELECT delegation_in(placed_by), user_address, -refunded, 0, NULL FROM fin),
bounds AS (
  SELECT id, user_address, sum(used)::bigint AS used, max(largest) AS largest, max(at) AS at
  FROM delegated WHERE id IS NOT NULL GROUP BY 1, 2),
charged AS (
  UPDATE delegations d SET used = greatest(d.used + s.used, 0)
  FROM bounds s,
    LATERAL (SELECT ctid FROM delegations WHERE delegation_id = s.id OFFSET 0) found
  WHERE d.ctid = found.ctid AND (s.largest = 0 OR require_delegation(
    d.user_address <> s.user_address OR (d.revoked_at IS NULL AND s.at < d.expires_at),
    d.user_address = s.user_address AND s.largest <= d.per_bet))
  RETURNING d.delegation_id),
volume AS (
  INSERT INTO bet_volume AS v (day, amount)
  SELECT (created_at AT TIME ZONE 'UTC')::date, sum(amount)::bigint FROM ins GROUP BY 1
  ON CONFLICT (day) DO UPDATE SET amount = v.amount + excluded.amount),
moves(kind, debit, credit, amount, owed, user_address, bet_id, at) AS (
  SELECT {posting:bet_refund}, refunded, )") +
         owed_by_sql(posting_kind::bet_refund, "refunded") +
         numbered(R"(, user_address, bet_id, updated_at
  FROM fin WHERE refunded > 0
  UNION ALL SELECT {posting:bet}, amount, )") +
         owed_by_sql(posting_kind::bet, "amount") + R"(, user_address, bet_id, created_at FROM ins),
post AS (
  INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)
  SELECT kind, debit, credit, amount, user_address, bet_id, at FROM moves),
heard AS ()" +
         insert_events + "SELECT CASE status WHEN 'filled' THEN " +
         number_sql(event_type::bet_filled) + " ELSE " + number_sql(event_type::bet_failed) +
         " END, uuid_send(bet_id), user_address,"
         " CASE status WHEN 'filled' THEN cost ELSE refunded END, updated_at FROM fin"
         " UNION ALL " +
         placed_events() + R"(),
sums AS (
  SELECT user_address, sum(owed)::bigint AS owed, max(at) AS at FROM moves GROUP BY 1 ORDER BY 1),
bal AS (
  UPDATE balances b
  SET balance = b.balance + s.owed, version = b.version + 1, updated_at = s.at
  FROM sums s,
    LATERAL (SELECT ctid FROM balances WHERE user_address = s.user_address OFFSET 0) found
  WHERE b.ctid = found.ctid
  RETURNING b.user_address, b.balance, b.version),
owed AS (
  UPDATE ledger_totals SET users = users + t.owed
  FROM (SELECT sum(owed)::bigint AS owed FROM sums) t WHERE id = 1 AND t.owed IS NOT NULL),
buf AS (
  UPDATE liquidity_buffer SET )" +
         buffer_changes("t.owed") + R"(updated_at = greatest(updated_at, t.at)
  FROM (SELECT sum(owed)::bigint AS owed, max(at) AS at FROM sums) t
  WHERE buffer_id = 'global' AND t.owed IS NOT NULL
    AND require_equal((SELECT count(*) FROM bal), (SELECT count(*) FROM sums))
    AND require_delegation(true,
      (SELECT count(*) FROM charged) = (SELECT count(*) FROM bounds))
    AND )" +
         none_is_settled + R"(
  RETURNING )" +
         buffer_columns_changed() + R"(),
counts AS (
  SELECT (SELECT count(*) FROM fin) AS finished, (SELECT count(*) FROM ins) AS accepted)
SELECT user_address, balance, version, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
  NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint FROM bal
UNION ALL SELECT NULL, c.finished, c.accepted, f.* FROM counts c LEFT JOIN buf f ON true
UNION ALL SELECT uuid_send(bet_id), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM fin WHERE (SELECT finished FROM counts) < cardinality($1::uuid[])
UNION ALL SELECT uuid_send(bet_id), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
  FROM ins WHERE (SELECT accepted FROM counts) < cardinality($10::uuid[]))";
}

std::string accept_bet_sql() {
  const auto owed = "(" + owed_by_sql(posting_kind::bet, "i.amount") + ")";
  return numbered(R"(
WITH ins AS (
  INSERT INTO bets (bet_id, user_address, token, amount, max_price, request_hash, order_hash,
                    signed_order, deadline, created_at, updated_at, placed_by)
  VALUES ($1::uuid, $2::bytea, $3::bytea, $4, $5, $6::bytea, $7::bytea, $8::bytea, time_of($9),
          time_of($10), time_of($10), $11)
  ON CONFLICT (bet_id) DO NOTHING
  RETURNING bet_id, user_address, amount, created_at, token, placed_by),
charged AS (
  UPDATE delegations d SET used = d.used + i.amount
  FROM ins i
  WHERE d.delegation_id = delegation_in(i.placed_by) AND require_delegation(
    d.user_address <> i.user_address OR (d.revoked_at IS NULL AND i.created_at < d.expires_at),
    d.user_address = i.user_address AND i.amount <= d.per_bet)
  RETURNING d.delegation_id),
post AS (
  INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)
  SELECT {posting:bet}, amount, user_address, bet_id, created_at FROM ins),
heard AS ()") +
         insert_events + placed_events() + numbered(R"(),
volume AS (
  INSERT INTO bet_volume AS v (day, amount)
  SELECT (created_at AT TIME ZONE 'UTC')::date, amount FROM ins
  ON CONFLICT (day) DO UPDATE SET amount = v.amount + excluded.amount),
bal AS (
  UPDATE balances b
  SET balance = b.balance + )") +
         owed + R"(, version = b.version + 1, updated_at = i.created_at
  FROM ins i WHERE b.user_address = i.user_address
  RETURNING b.user_address, b.balance, b.version),
owed AS (
  UPDATE ledger_totals SET users = users + )" +
         owed + R"( FROM ins i WHERE id = 1),
buf AS (
  UPDATE liquidity_buffer SET )" +
         buffer_changes(owed) + R"(updated_at = greatest(updated_at, i.created_at)
  FROM ins i WHERE buffer_id = 'global' AND require_equal((SELECT count(*) FROM bal), 1)
    AND require_delegation(true, (SELECT count(*) FROM charged)
                           = (delegation_in(i.placed_by) IS NOT NULL)::int)
    AND )" +
         none_is_settled + R"(
  RETURNING )" +
         buffer_columns_changed() + ") SELECT bal.*, buf.* FROM bal, buf";
}

}  // namespace headroom::persistence
