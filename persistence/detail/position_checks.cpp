#include "persistence/detail/position_checks.hpp"

#include "persistence/detail/ledger_sql.hpp"

namespace headroom::persistence {
namespace {

constexpr const char* checks[] = {
    // A position is what was bought and not sold; what it cost went with what was sold.
    R"(WITH bought AS (
         SELECT token, user_address, sum(shares) AS shares, sum(spent + fee::numeric) AS cost,
                min(created_at) AS since
         FROM bets WHERE status IN ('filled', 'settled') AND shares > 0 GROUP BY 1, 2),
       sold AS (
         SELECT token, user_address, sum(sold) AS shares, sum(cost) AS cost,
                coalesce(sum(shares) FILTER (WHERE status = 'placing'), 0) AS offered
         FROM sales GROUP BY 1, 2),
       pairs AS (
         SELECT '0x' || encode(user_address, 'hex') || ' 0x' || encode(token, 'hex') AS name,
                coalesce(p.shares + p.selling::numeric, 0) AS shares,
                coalesce(b.shares, 0) - coalesce(s.shares, 0) AS left_over,
                coalesce(p.selling, 0) AS selling, coalesce(s.offered, 0) AS offered,
                coalesce(p.cost, 0) AS cost, coalesce(b.cost, 0) - coalesce(s.cost, 0) AS paid,
                us_of(p.since) AS since, us_of(b.since) AS first_bet
         FROM positions p FULL JOIN bought b USING (token, user_address)
         FULL JOIN sold s USING (token, user_address))
       SELECT 'position ' || name || ' shares', shares, left_over FROM pairs
         WHERE shares <> left_over
       UNION ALL SELECT 'position ' || name || ' selling', selling, offered FROM pairs
         WHERE selling <> offered
       UNION ALL SELECT 'position ' || name || ' cost', cost, paid FROM pairs WHERE cost <> paid
       UNION ALL SELECT 'position ' || name || ' since', since, first_bet FROM pairs
         WHERE first_bet <> 0 AND since > first_bet)",

    // A sale's proceeds less its fee are its user's.
    R"(WITH booked AS (
         SELECT reference, count(*) AS n, sum(amount) AS amount,
                min(encode(user_address, 'hex')) AS who
         FROM postings WHERE kind = {kind:sale} GROUP BY reference),
       pairs AS (
         SELECT coalesce(s.sale_id, p.reference) AS id,
                coalesce(s.proceeds - s.fee::numeric, 0) AS net, coalesce(p.amount, 0) AS booked,
                p.n > 1 OR p.who <> encode(s.user_address, 'hex') AS astray
         FROM sales s FULL JOIN booked p ON p.reference = s.sale_id)
       SELECT 'sale ' || id || ' proceeds', net, booked FROM pairs WHERE net <> booked OR astray)",

    // So is what a position was paid.
    R"(WITH booked AS (
         SELECT reference, count(*) AS n, sum(amount) AS amount,
                min(encode(user_address, 'hex')) AS who
         FROM postings WHERE kind = {kind:payout} GROUP BY reference),
       paid AS (
         SELECT payout_id, payout, user_address FROM positions WHERE payout_id IS NOT NULL),
       pairs AS (
         SELECT coalesce(p.payout_id, b.reference) AS id, coalesce(p.payout, 0) AS payout,
                coalesce(b.amount, 0) AS booked,
                b.n > 1 OR b.who <> encode(p.user_address, 'hex') AS astray
         FROM paid p FULL JOIN booked b ON b.reference = p.payout_id)
       SELECT 'payout ' || id, payout, booked FROM pairs WHERE payout <> booked OR astray)",

    // Nobody is paid but by the vector of their market, and an open position is not paid at all.
    R"(WITH paid AS (
         SELECT '0x' || encode(p.user_address, 'hex') || ' 0x' || encode(token, 'hex') AS name,
                p.payout, p.result, s.numerators[o.slot + 1] AS numerator, s.denominator,
                div(p.shares * s.numerators[o.slot + 1], s.denominator) AS due
         FROM positions p LEFT JOIN market_outcomes o USING (token)
         LEFT JOIN settlements s USING (condition_id) WHERE p.result <> 'none')
       SELECT 'position ' || name || ' payout', payout, due FROM paid
         WHERE payout IS DISTINCT FROM due
       UNION ALL SELECT 'position ' || name || ' result', 0, 1 FROM paid
         WHERE result::text <> CASE numerator WHEN 0 THEN 'lost' WHEN denominator THEN 'won'
           ELSE 'split' END
       UNION ALL SELECT 'position 0x' || encode(user_address, 'hex') || ' 0x'
           || encode(token, 'hex') || ' payout', payout, 0 FROM positions
         WHERE result = 'none' AND payout <> 0)",

    // A position's bets end as it does, and their parts are its payout.
    R"(WITH parts AS (
         SELECT token, user_address, sum(payout) AS payout FROM bets
         WHERE status IN ('filled', 'settled') GROUP BY 1, 2)
       SELECT 'position 0x' || encode(user_address, 'hex') || ' 0x' || encode(token, 'hex')
           || ' parts', p.payout, b.payout FROM positions p
         JOIN parts b USING (token, user_address) WHERE p.payout <> b.payout
       UNION ALL SELECT 'bet ' || b.bet_id || ' result', 0, 1 FROM bets b
         LEFT JOIN positions p USING (token, user_address)
         WHERE b.status IN ('filled', 'settled') AND b.shares > 0
           AND b.result IS DISTINCT FROM p.result)",

    // A settlement passes on what it received; a closed one owes nobody.
    R"(WITH got AS (
         SELECT condition_id, sum(received) AS amount FROM redemptions GROUP BY 1),
       held AS (
         SELECT o.condition_id, sum(p.payout) AS paid,
                count(*) FILTER (WHERE p.result = 'none' AND p.shares + p.selling > 0) AS unpaid
         FROM positions p JOIN market_outcomes o USING (token) GROUP BY 1),
       kept AS (
         SELECT condition_id, sum(remainder) AS amount FROM settlement_closings GROUP BY 1),
       lines AS (
         SELECT '0x' || encode(condition_id, 'hex') AS name, s.*, coalesce(g.amount, 0) AS got,
                coalesce(h.paid, 0) AS paid_out, coalesce(h.unpaid, 0) AS unpaid,
                coalesce(k.amount, 0) AS kept
         FROM settlements s LEFT JOIN got g USING (condition_id)
         LEFT JOIN held h USING (condition_id) LEFT JOIN kept k USING (condition_id))
       SELECT 'settlement ' || name || ' received', received, got FROM lines WHERE received <> got
       UNION ALL SELECT 'settlement ' || name || ' paid', paid, paid_out FROM lines
         WHERE paid <> paid_out
       UNION ALL SELECT 'settlement ' || name || ' remainder', remainder, kept FROM lines
         WHERE remainder <> kept
       UNION ALL SELECT 'settlement ' || name || ' left', received, paid + remainder::numeric
         FROM lines WHERE paid + remainder::numeric > received
           OR (status = 'closed' AND paid + remainder::numeric <> received)
       UNION ALL SELECT 'settlement ' || name || ' unpaid', 0, unpaid FROM lines
         WHERE status = 'closed' AND unpaid <> 0)",

    // What is left over is booked with each closing.
    R"(WITH booked AS (
         SELECT reference, sum(amount) AS amount FROM postings WHERE kind = {kind:remainder}
         GROUP BY reference),
       pairs AS (
         SELECT coalesce(c.reference, p.reference) AS id, coalesce(c.remainder, 0) AS remainder,
                coalesce(p.amount, 0) AS booked
         FROM settlement_closings c FULL JOIN booked p USING (reference))
       SELECT 'remainder ' || id, remainder, booked FROM pairs WHERE remainder <> booked)",
};

}  // namespace

std::vector<std::string> position_checks() {
  std::vector<std::string> out;
  for (const auto* check : checks) out.push_back(numbered(check));
  return out;
}

}  // namespace headroom::persistence
