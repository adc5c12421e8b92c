#include "persistence/verify.hpp"

#include <stdexcept>

#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

/// Each check is one query for (what, stored, replayed) of the rows that differ. Sums are NUMERIC
/// until they are compared, so that a corrupted amount cannot overflow its own discovery.
constexpr const char* checks[] = {
    // Every posting has a shape that its kind allows (domain/journal.hpp).
    R"(SELECT 'posting shape ' || id, kind, debit * 10 + credit FROM postings
       WHERE (kind, debit, credit) NOT IN ((0, 3, 0), (1, 0, 3), (2, 2, 3), (3, 0, 2), (3, 1, 2),
         (4, 5, 2), (4, 2, 5), (5, 0, 4), (5, 1, 4), (6, 0, 1), (7, 8, 0)))",

    // Users.
    R"(WITH replay AS (
         SELECT user_address, sum(CASE WHEN credit = 3 THEN amount ELSE -amount END) AS owed
         FROM postings WHERE debit = 3 OR credit = 3 GROUP BY user_address)
       SELECT 'balance 0x' || encode(user_address, 'hex'), coalesce(b.balance, 0),
              coalesce(r.owed, 0)
       FROM balances b FULL JOIN replay r USING (user_address)
       WHERE coalesce(b.balance, 0) <> coalesce(r.owed, 0))",

    // What users are owed altogether, and how many there are: the running totals.
    R"(WITH replay AS (
         SELECT coalesce(sum(CASE WHEN credit = 3 THEN amount ELSE -amount END), 0) AS owed,
                count(DISTINCT user_address) AS n
         FROM postings WHERE debit = 3 OR credit = 3),
       lines(what, stored, replayed) AS (
         SELECT 'ledger_totals rows', count(*), 1 FROM ledger_totals
         UNION ALL SELECT 'ledger_totals.users', t.users, r.owed FROM ledger_totals t, replay r
         UNION ALL SELECT 'ledger_totals.user_count', t.user_count, r.n
           FROM ledger_totals t, replay r)
       SELECT what, stored, replayed FROM lines WHERE stored IS DISTINCT FROM replayed)",

    // The buffer, its totals and the accounts that exist once.
    R"(WITH moves AS (
         SELECT debit, credit, sum(amount) AS amount FROM postings GROUP BY debit, credit),
       replay AS (
         SELECT a.n, coalesce((SELECT sum(amount) FROM moves WHERE debit = a.n), 0)
                   - coalesce((SELECT sum(amount) FROM moves WHERE credit = a.n), 0) AS net,
                coalesce((SELECT sum(amount) FROM moves WHERE debit = a.n AND credit <> 3), 0)
                  AS deposited
         FROM generate_series(0, 8) a(n)),
       buffer AS (SELECT * FROM liquidity_buffer),
       lines(what, stored, replayed) AS (
         SELECT 'liquidity_buffer rows', count(*), 1 FROM buffer
         UNION ALL SELECT 'liquidity_buffer.usdc_balance', b.usdc_balance, r.net
           FROM buffer b, replay r WHERE r.n = 0
         UNION ALL SELECT 'liquidity_buffer.total_deposited', b.total_deposited, r.deposited
           FROM buffer b, replay r WHERE r.n = 0
         UNION ALL SELECT 'liquidity_buffer.total_withdrawn', b.total_withdrawn, r.deposited - r.net
           FROM buffer b, replay r WHERE r.n = 0
         UNION ALL SELECT 'account ' || name, l.balance,
             CASE WHEN a.n = 4 THEN -r.net ELSE r.net END
           FROM (VALUES (1, 'reserve'), (2, 'in_transit'), (4, 'capital'), (5, 'conversion_loss'),
             (8, 'venue_loss'))
             a(n, name) JOIN replay r USING (n) LEFT JOIN ledger_accounts l ON l.account = a.n)
       SELECT what, stored, replayed FROM lines WHERE stored IS DISTINCT FROM replayed)",

    // Each bet has one posting of its amount; a finished one is spent, charged or refunded in full.
    R"(WITH booked AS (
         SELECT reference, count(*) FILTER (WHERE kind = 0) AS bets,
                coalesce(sum(amount) FILTER (WHERE kind = 0), 0) AS amount,
                count(*) FILTER (WHERE kind = 1) AS refunds,
                coalesce(sum(amount) FILTER (WHERE kind = 1), 0) AS refunded,
                count(DISTINCT user_address) AS users, min(encode(user_address, 'hex')) AS who
         FROM postings WHERE kind IN (0, 1) GROUP BY reference),
       pairs AS (
         SELECT coalesce(b.bet_id, p.reference) AS id, b.*, p.bets, p.amount AS booked,
                p.refunds, p.refunded AS booked_refund, p.users, p.who
         FROM bets b FULL JOIN booked p ON p.reference = b.bet_id)
       SELECT 'bet ' || id || ' amount', amount, booked FROM pairs
         WHERE amount IS DISTINCT FROM booked OR bets <> 1
       UNION ALL SELECT 'bet ' || id || ' refund', refunded, booked_refund FROM pairs
         WHERE refunded IS DISTINCT FROM booked_refund OR refunds > 1
       UNION ALL SELECT 'bet ' || id || ' user', 1, users FROM pairs
         WHERE users <> 1 OR encode(user_address, 'hex') <> who
       UNION ALL SELECT 'bet ' || id || ' parts', amount, spent + fee + refunded::numeric FROM pairs
         WHERE amount <> CASE
           WHEN status = 'placing' THEN amount + spent + fee + refunded::numeric
           WHEN status = 'failed' THEN refunded + (spent + fee) * 2::numeric
           WHEN refunded = 0 THEN least(amount, spent + fee::numeric)
           ELSE spent + fee + refunded::numeric END)",

    // What a bet was charged above its amount is the house's loss, and nothing else is.
    R"(WITH booked AS (
         SELECT reference, sum(amount) AS amount FROM postings WHERE kind = 7 GROUP BY reference),
       pairs AS (
         SELECT coalesce(b.bet_id, p.reference) AS id, coalesce(p.amount, 0) AS booked,
                greatest(coalesce(b.spent + b.fee::numeric - b.amount, 0), 0) AS excess
         FROM bets b FULL JOIN booked p ON p.reference = b.bet_id)
       SELECT 'bet ' || id || ' loss', excess, booked FROM pairs WHERE excess <> booked)",

    // Accepted bets per day.
    R"(WITH daily AS (
         SELECT (created_at AT TIME ZONE 'UTC')::date AS day, sum(amount) AS amount FROM bets
         GROUP BY 1)
       SELECT 'bet_volume ' || day, coalesce(v.amount, 0), coalesce(d.amount, 0)
       FROM bet_volume v FULL JOIN daily d USING (day)
       WHERE coalesce(v.amount, 0) <> coalesce(d.amount, 0))",

    // Each credited deposit has one posting of its amount to its user, others have none.
    R"(WITH booked AS (
         SELECT reference, count(*) AS n, sum(amount) AS amount, min(encode(user_address, 'hex')) AS who
         FROM postings WHERE kind = 2 GROUP BY reference)
       SELECT 'deposit ' || coalesce(d.deposit_id, p.reference),
              CASE WHEN d.credited_at IS NULL THEN 0 ELSE d.amount END, coalesce(p.amount, 0)
       FROM deposits d FULL JOIN booked p ON p.reference = d.deposit_id
       WHERE CASE WHEN d.credited_at IS NULL THEN 0 ELSE d.amount END <> coalesce(p.amount, 0)
          OR p.n > 1 OR p.who <> encode(d.user_address, 'hex'))",

    // A conversion converts its deposits and shares their end.
    R"(WITH members AS (
         SELECT conversion_id, sum(d.amount) AS amount,
                count(*) FILTER (WHERE c.status::text <> CASE d.status::text
                  WHEN 'converting' THEN 'running' ELSE d.status::text END) AS astray
         FROM deposits d JOIN conversions c USING (conversion_id) GROUP BY 1)
       SELECT 'conversion ' || c.conversion_id || ' deposits', c.amount, coalesce(m.amount, 0)
       FROM conversions c LEFT JOIN members m USING (conversion_id)
       WHERE c.amount IS DISTINCT FROM m.amount OR m.astray <> 0
       UNION ALL SELECT 'deposit ' || deposit_id || ' conversion', 0, 1 FROM deposits
       WHERE status = 'completed' AND conversion_id IS NULL)",

    // A completed conversion is booked in full: what arrived and what was lost; others not at all.
    R"(WITH booked AS (
         SELECT reference, sum(amount) FILTER (WHERE kind = 3) AS received,
                sum(CASE WHEN credit = 2 THEN amount ELSE -amount END)
                  FILTER (WHERE kind = 4) AS loss
         FROM postings WHERE kind IN (3, 4) GROUP BY reference),
       pairs AS (
         SELECT coalesce(c.conversion_id, p.reference) AS id, c.received, c.loss,
                c.status = 'completed' AND c.received + c.loss <> c.amount AS uneven, c.amount,
                coalesce(p.received, 0) AS booked, coalesce(p.loss, 0) AS booked_loss
         FROM conversions c FULL JOIN booked p ON p.reference = c.conversion_id)
       SELECT 'conversion ' || id || ' received', received, booked FROM pairs
         WHERE received IS DISTINCT FROM booked
       UNION ALL SELECT 'conversion ' || id || ' loss', loss, booked_loss FROM pairs
         WHERE loss IS DISTINCT FROM booked_loss
       UNION ALL SELECT 'conversion ' || id || ' amount', amount, booked + booked_loss FROM pairs
         WHERE uneven)",

    // Replenishments and refills.
    R"(WITH booked AS (
         SELECT reference, kind, coalesce(sum(amount) FILTER (WHERE debit = 0), 0) AS to_buffer,
                coalesce(sum(amount) FILTER (WHERE debit = 1), 0) AS to_reserve
         FROM postings WHERE kind IN (5, 6) GROUP BY reference, kind),
       pairs AS (
         SELECT coalesce(r.replenish_id, p.reference) AS id, r.to_buffer, r.to_reserve,
                p.to_buffer AS booked, p.to_reserve AS booked_reserve
         FROM replenishments r
         FULL JOIN booked p ON p.reference = r.replenish_id AND p.kind = r.kind)
       SELECT 'replenishment ' || id, to_buffer, booked FROM pairs
         WHERE to_buffer IS DISTINCT FROM booked
       UNION ALL SELECT 'replenishment ' || id || ' reserve', to_reserve, booked_reserve FROM pairs
         WHERE to_reserve IS DISTINCT FROM booked_reserve)",
};

/// Numbers may exceed 64 bits only in broken books; then the nearest 64-bit number is shown.
const std::string frame_head =
    "SELECT what, greatest(least(coalesce(stored, 0), 9223372036854775807),"
    " -9223372036854775808)::bigint, greatest(least(coalesce(replayed, 0), 9223372036854775807),"
    " -9223372036854775808)::bigint FROM (";
const std::string frame_tail = ") differences (what, stored, replayed) ORDER BY what LIMIT ";

}  // namespace

std::vector<discrepancy> verify(const std::string& conninfo, int max_per_check) try {
  session_options options;
  options.application = "headroom verify";
  options.statement_timeout = std::chrono::hours{1};
  options.read_only = true;
  const auto link = open_session(conninfo, options);
  pqxx::transaction<pqxx::repeatable_read, pqxx::read_only> tx{*link};
  std::vector<discrepancy> out;
  for (const auto* check : checks)
    for (const auto& row : tx.exec(frame_head + check + frame_tail + std::to_string(max_per_check)))
      out.push_back({row[0].c_str(), read_int(row[1]), read_int(row[2])});
  return out;
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot verify the books: "} + e.what());
}

}  // namespace headroom::persistence
