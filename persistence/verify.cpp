#include "persistence/verify.hpp"

#include <stdexcept>

#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/position_checks.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"
#include "persistence/detail/withdrawal_checks.hpp"

namespace headroom::persistence {
namespace {

constexpr const char* buffer_balance = "liquidity_buffer.usdc_balance";
constexpr const char* buffer_deposited = "liquidity_buffer.total_deposited";
constexpr const char* buffer_withdrawn = "liquidity_buffer.total_withdrawn";

std::string quoted(std::string_view text) { return "'" + std::string{text} + "'"; }
std::string account_line(account a) { return "account " + std::string{to_string(a)}; }

std::string rows_of(const std::vector<std::string>& rows) {
  std::string out;
  for (const auto& row : rows) out += (out.empty() ? "(" : ", (") + row + ")";
  return out;
}

/// Every posting has a shape that its kind allows.
std::string check_shapes() {
  std::vector<std::string> rows;
  for (const auto& p : posting_shapes()) rows.push_back(shape_sql(p));
  return "SELECT 'posting shape ' || id, kind, debit * 10 + credit FROM postings"
         " WHERE (kind, debit, credit) NOT IN (" +
         rows_of(rows) + ")";
}

/// The buffer, its totals and the accounts that exist once, by what each shape of posting adds to
/// each of them.
std::string check_totals() {
  std::vector<std::string> signs;
  std::vector<std::string> accounts;
  const auto add = [&](const posting_shape& p, std::string_view total, int sign) {
    if (sign != 0)
      signs.push_back(quoted(total) + ", " + shape_sql(p) + ", " + std::to_string(sign));
  };
  for (const auto& p : posting_shapes()) {
    add(p, buffer_balance, sign_of(account::buffer, p));
    add(p, buffer_deposited, sign_of(buffer_total::deposited, p));
    add(p, buffer_withdrawn, sign_of(buffer_total::withdrawn, p));
    for (const auto a : all_accounts)
      if (a != account::buffer && a != account::user) add(p, account_line(a), sign_of(a, p));
  }
  for (const auto a : all_accounts)
    accounts.push_back(number_sql(a) + ", " + quoted(account_line(a)));
  return "WITH signs(what, kind, debit, credit, sign) AS (VALUES " + rows_of(signs) +
         "), accounts(account, what) AS (VALUES " + rows_of(accounts) + R"(),
       moves AS (
         SELECT kind, debit, credit, sum(amount) AS amount FROM postings GROUP BY 1, 2, 3),
       replay AS (
         SELECT r.what, coalesce(sum(r.sign * m.amount), 0) AS amount
         FROM signs r LEFT JOIN moves m USING (kind, debit, credit) GROUP BY r.what),
       totals(what, amount) AS (
         SELECT )" +
         quoted(buffer_balance) + ", usdc_balance FROM liquidity_buffer UNION ALL SELECT " +
         quoted(buffer_deposited) + ", total_deposited FROM liquidity_buffer UNION ALL SELECT " +
         quoted(buffer_withdrawn) + R"(, total_withdrawn FROM liquidity_buffer
         UNION ALL SELECT n.what, l.balance FROM ledger_accounts l LEFT JOIN accounts n USING (account)),
       lines(what, stored, replayed) AS (
         SELECT 'liquidity_buffer rows', count(*), 1 FROM liquidity_buffer
         UNION ALL SELECT what, t.amount, coalesce(r.amount, 0) FROM totals t FULL JOIN replay r USING (what))
       SELECT what, stored, replayed FROM lines WHERE stored IS DISTINCT FROM replayed)";
}

/// The rest compares rows with their postings; numbers and sums come from the ledger.
constexpr const char* row_checks[] = {
    // Users.
    R"(WITH replay AS (
         SELECT user_address, sum({added:user}) AS owed
         FROM postings WHERE user_address IS NOT NULL GROUP BY user_address)
       SELECT 'balance 0x' || encode(user_address, 'hex'), coalesce(b.balance, 0),
              coalesce(r.owed, 0)
       FROM balances b FULL JOIN replay r USING (user_address)
       WHERE coalesce(b.balance, 0) <> coalesce(r.owed, 0))",

    // What bets took of the delegations that they were placed under.
    R"(WITH taken AS (
         SELECT delegation_in(placed_by) AS id, sum(amount - refunded) AS used
         FROM bets WHERE strpos(placed_by, ' delegation:') > 0 GROUP BY 1)
       SELECT 'delegation ' || coalesce(d.delegation_id, t.id) || ' used', d.used, coalesce(t.used, 0)
       FROM delegations d FULL JOIN taken t ON t.id = d.delegation_id
       WHERE d.used IS DISTINCT FROM coalesce(t.used, 0))",

    // What users are owed altogether, and how many there are: the running totals.
    R"(WITH replay AS (
         SELECT coalesce(sum({added:user}), 0) AS owed, count(DISTINCT user_address) AS n
         FROM postings WHERE user_address IS NOT NULL),
       lines(what, stored, replayed) AS (
         SELECT 'ledger_totals rows', count(*), 1 FROM ledger_totals
         UNION ALL SELECT 'ledger_totals.users', t.users, r.owed FROM ledger_totals t, replay r
         UNION ALL SELECT 'ledger_totals.user_count', t.user_count, r.n
           FROM ledger_totals t, replay r)
       SELECT what, stored, replayed FROM lines WHERE stored IS DISTINCT FROM replayed)",

    // Each bet has one posting of its amount; a finished one is spent, charged or refunded in full.
    R"(WITH booked AS (
         SELECT reference, count(*) FILTER (WHERE kind = {kind:bet}) AS bets,
                coalesce(sum(amount) FILTER (WHERE kind = {kind:bet}), 0) AS amount,
                count(*) FILTER (WHERE kind = {kind:bet_refund}) AS refunds,
                coalesce(sum(amount) FILTER (WHERE kind = {kind:bet_refund}), 0) AS refunded,
                count(DISTINCT user_address) AS users, min(encode(user_address, 'hex')) AS who
         FROM postings WHERE kind IN ({kind:bet}, {kind:bet_refund}) GROUP BY reference),
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
         SELECT reference, sum(amount) AS amount FROM postings WHERE kind = {kind:venue_loss}
         GROUP BY reference),
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

    // Each credited deposit has one posting of its amount less its fee to its user, others have
    // none.
    R"(WITH booked AS (
         SELECT reference, count(*) AS n, sum(amount) AS amount, min(encode(user_address, 'hex')) AS who
         FROM postings WHERE kind = {kind:deposit} GROUP BY reference)
       SELECT 'deposit ' || coalesce(d.deposit_id, p.reference),
              CASE WHEN d.credited_at IS NULL THEN 0 ELSE d.amount - d.fee END,
              coalesce(p.amount, 0)
       FROM deposits d FULL JOIN booked p ON p.reference = d.deposit_id
       WHERE CASE WHEN d.credited_at IS NULL THEN 0 ELSE d.amount - d.fee END
               <> coalesce(p.amount, 0)
          OR p.n > 1 OR p.who <> encode(d.user_address, 'hex'))",

    // Likewise of its fee, to the house.
    R"(WITH booked AS (
         SELECT reference, sum(amount) AS amount FROM postings WHERE kind = {kind:deposit_fee}
         GROUP BY reference),
       pairs AS (
         SELECT coalesce(d.deposit_id, p.reference) AS id, coalesce(p.amount, 0) AS booked,
                CASE WHEN d.credited_at IS NULL THEN 0 ELSE d.fee END AS fee
         FROM deposits d FULL JOIN booked p ON p.reference = d.deposit_id)
       SELECT 'deposit ' || id || ' fee', fee, booked FROM pairs WHERE fee <> booked)",

    // A conversion converts its deposits and shares their end.
    R"(WITH members AS (
         SELECT conversion_id, sum(d.amount) AS amount,
                count(*) FILTER (WHERE c.status::text <> CASE d.status::text
                  WHEN 'converting' THEN 'running' ELSE d.status::text END) AS astray
         FROM deposits d JOIN conversions c USING (conversion_id) GROUP BY 1)
       SELECT 'conversion ' || c.conversion_id || ' deposits', c.amount, coalesce(m.amount, 0)
       FROM conversions c LEFT JOIN members m USING (conversion_id)
       WHERE CASE c.status::text WHEN 'replaced' THEN m.amount IS NOT NULL
             ELSE c.amount IS DISTINCT FROM m.amount OR m.astray <> 0 END
       UNION ALL SELECT 'conversion ' || c.conversion_id || ' replaced', 0, 1
       FROM conversions c LEFT JOIN conversions n ON n.conversion_id = c.replaced_by
       WHERE c.status = 'replaced'
         AND ((n.amount, n.source_chain_id, n.source_token)
                IS DISTINCT FROM (c.amount, c.source_chain_id, c.source_token)
           OR EXISTS (SELECT 1 FROM chain_operations o WHERE o.conversion_id = c.conversion_id)
           OR EXISTS (SELECT 1 FROM external_operations o WHERE o.conversion_id = c.conversion_id))
       UNION ALL SELECT 'deposit ' || deposit_id || ' conversion', 0, 1 FROM deposits
       WHERE status = 'completed' AND conversion_id IS NULL
       UNION ALL SELECT 'conversion ' || c.conversion_id || ' source', 0, count(*)
       FROM conversions c JOIN deposits d USING (conversion_id)
       WHERE (d.chain_id, d.token) IS DISTINCT FROM (c.source_chain_id, c.source_token)
       GROUP BY c.conversion_id)",

    // A completed conversion is booked in full: what arrived and what was lost; one that was
    // written off as lost; others not at all. What was undone counts as never booked.
    R"(WITH booked AS (
         SELECT reference,
                coalesce(sum(amount) FILTER (WHERE kind = {kind:conversion}), 0)
                  - coalesce(sum(amount) FILTER (WHERE kind = {kind:conversion_undone}), 0)
                  AS received,
                sum({added:conversion_loss}) AS loss
         FROM postings
         WHERE kind IN ({kind:conversion}, {kind:conversion_loss}, {kind:write_off},
                        {kind:conversion_undone}, {kind:conversion_loss_undone})
         GROUP BY reference),
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

    // Each adopted transfer has one posting of its amount.
    R"(WITH booked AS (
         SELECT reference, count(*) AS n, sum(amount) AS amount FROM postings
         WHERE kind = {kind:adoption} GROUP BY reference),
       adopted AS (
         SELECT subject, amount FROM claimed_transfers WHERE claimed_for = 'adoption')
       SELECT 'adoption ' || coalesce(c.subject, p.reference), coalesce(c.amount, 0),
              coalesce(p.amount, 0)
       FROM adopted c FULL JOIN booked p ON p.reference = c.subject
       WHERE c.amount IS DISTINCT FROM p.amount OR p.n > 1)",

    // Replenishments and refills.
    R"(WITH booked AS (
         SELECT reference, kind, coalesce(sum(amount) FILTER (WHERE debit = {account:buffer}), 0) AS to_buffer,
                coalesce(sum(amount) FILTER (WHERE debit = {account:reserve}), 0) AS to_reserve
         FROM postings WHERE kind IN ({kind:replenish}, {kind:refill}) GROUP BY reference, kind),
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

/// Each check is one query for (what, stored, replayed) of the rows that differ. Sums are NUMERIC
/// until they are compared, so that a corrupted amount cannot overflow its own discovery.
std::vector<std::string> all_checks() {
  std::vector<std::string> out{check_shapes(), check_totals()};
  for (const auto* check : row_checks) out.push_back(numbered(check));
  for (auto& check : position_checks()) out.push_back(std::move(check));
  for (auto& check : withdrawal_checks()) out.push_back(std::move(check));
  return out;
}

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
  for (const auto& check : all_checks())
    for (const auto& row : tx.exec(frame_head + check + frame_tail + std::to_string(max_per_check)))
      out.push_back({row[0].c_str(), read_int(row[1]), read_int(row[2])});
  return out;
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot verify the books: "} + e.what());
}

}  // namespace headroom::persistence
