#include <map>
#include <unordered_set>

#include "persistence/detail/entries.hpp"
#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

using element = wire_array::element;

/// Pays positions, settles their bets and touches each user, each settlement and the buffer once.
/// As with bets, only rows that really changed feed the rest: a position that is not there, is
/// paid, is offered, may still grow by a bet at the venue, or is to be paid another sum, stays as
/// it is. A bet's part is what its shares add to the running floor over its position's bets, the
/// oldest first, so that the parts sum up to the payout. Planned each time it runs: the arrays are
/// long and the tables grow (docs/decisions/0004).
std::string pay_positions_sql() {
  return numbered(R"(
WITH due AS (
  SELECT DISTINCT ON (i.token, i.who) i.id, i.condition, i.payout, time_of(i.at) AS at, held.place,
    CASE v.numerator WHEN 0 THEN 'lost' WHEN v.denominator THEN 'won' ELSE 'split' END AS result
  FROM unnest($1::uuid[], $2::bytea[], $3::bytea[], $4::bytea[], $5::bigint[], $6::bigint[])
       WITH ORDINALITY i(id, condition, token, who, payout, at, n),
    LATERAL (SELECT ctid AS place, shares FROM positions
             WHERE token = i.token AND user_address = i.who AND result = 'none' AND selling = 0
             OFFSET 0) held,
    LATERAL (SELECT s.numerators[o.slot + 1] AS numerator, s.denominator
             FROM market_outcomes o JOIN settlements s USING (condition_id)
             WHERE o.token = i.token AND o.condition_id = i.condition AND s.status = 'open'
             OFFSET 0) v
  WHERE i.payout = div(held.shares * v.numerator, v.denominator)
    AND (i.token, i.who) NOT IN (SELECT token, user_address FROM bets WHERE status = 'placing')
  ORDER BY i.token, i.who, i.n),
paid AS (
  UPDATE positions p
  SET result = d.result::settlement_result, payout = d.payout, payout_id = d.id,
      updated_at = greatest(p.updated_at, d.at)
  FROM due d WHERE p.ctid = d.place AND p.result = 'none' AND p.selling = 0
  RETURNING p.token, p.user_address, p.result, p.payout, p.payout_id, p.since, d.condition, d.at),
parts AS (
  SELECT b.place, p.result, p.payout, p.at, b.shares, sum(b.shares) OVER bets AS up_to,
         sum(b.shares) OVER (PARTITION BY p.token, p.user_address) AS whole
  FROM paid p,
    LATERAL (SELECT ctid AS place, bet_id, created_at, shares::numeric FROM bets
             WHERE user_address = p.user_address AND created_at >= p.since AND token = p.token
               AND status = 'filled' OFFSET 0) b
  WINDOW bets AS (PARTITION BY p.token, p.user_address ORDER BY b.created_at, b.bet_id
                  ROWS UNBOUNDED PRECEDING)),
told AS (
  UPDATE bets b
  SET status = 'settled', result = x.result, ended_at = b.updated_at,
      updated_at = greatest(b.updated_at, x.at),
      payout = coalesce(div(x.payout * x.up_to, nullif(x.whole, 0))
                        - div(x.payout * (x.up_to - x.shares), nullif(x.whole, 0)), 0)::bigint
  FROM parts x WHERE b.ctid = x.place),
post AS (
  INSERT INTO postings (kind, debit, credit, amount, user_address, reference, created_at)
  SELECT {posting:payout}, payout, user_address, payout_id, at FROM paid WHERE payout > 0),
funds AS (
  UPDATE settlements s SET paid = s.paid + t.payout, updated_at = greatest(s.updated_at, t.at)
  FROM (SELECT condition, sum(payout)::bigint AS payout, max(at) AS at FROM paid
        WHERE payout > 0 GROUP BY condition) t
  WHERE s.condition_id = t.condition),
sums AS (
  SELECT user_address, sum()") +
         owed_by_sql(posting_kind::payout, "payout") + R"()::bigint AS owed, max(at) AS at
  FROM paid WHERE payout > 0 GROUP BY 1 ORDER BY 1),
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
         buffer_follows_sql({posting_kind::payout}, "t.owed") +
         R"(updated_at = greatest(updated_at, t.at)
  FROM (SELECT sum(owed)::bigint AS owed, max(at) AS at FROM sums) t
  WHERE buffer_id = 'global' AND t.owed IS NOT NULL
    AND require_equal((SELECT count(*) FROM bal), (SELECT count(*) FROM sums))
  RETURNING )" +
         buffer_columns_changed() + R"(),
counts AS (SELECT count(*) AS paid FROM paid)
SELECT user_address, balance, version, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint,
  NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint FROM bal
UNION ALL SELECT NULL, c.paid, NULL, f.* FROM counts c LEFT JOIN buf f ON true
UNION ALL SELECT uuid_send(payout_id), NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL,
  NULL FROM paid WHERE (SELECT paid FROM counts) < cardinality($1::uuid[]))";
}

/// What the database changed; the others were in the books before, or are refused.
struct effect {
  std::size_t paid = 0;
  std::unordered_set<payout_id> changed;  // named only when there are others
};

effect pay(attempt& a, std::span<const settle_position* const> payouts) {
  static const auto sql = pay_positions_sql();
  wire_array id{element::uuid}, condition{element::bytea}, token{element::bytea},
      user{element::bytea}, payout{element::int8}, at{element::int8};
  for (const auto* x : payouts) {
    id.push(x->id.view());
    condition.push(x->condition.view());
    token.push(x->token.view());
    user.push(x->user.view());
    payout.push(x->payout.micro);
    at.push(x->at.us);
  }
  effect out;
  for (const auto& row :
       a.tx.exec_params(sql, id.parameter(), condition.parameter(), token.parameter(),
                        user.parameter(), payout.parameter(), at.parameter())) {
    if (!row[0].is_null() && !row[1].is_null()) {
      a.changed_user(row);
    } else if (!row[0].is_null()) {
      out.changed.insert(read_fixed<payout_id>(row[0]));
    } else {
      out.paid = row[1].as<std::size_t>();
      if (!row[3].is_null()) a.changed_buffer(read_buffer(row, 3));
    }
  }
  return out;
}

struct stored_payout {
  hash256 condition;
  payout_id id;  // zero: not paid
  usdc payout;
};
using payouts_by_position = std::map<std::pair<uint256, address>, stored_payout>;

payouts_by_position stored_for(attempt& a, std::span<const settle_position* const> payouts) {
  wire_array token{element::bytea}, user{element::bytea};
  for (const auto* x : payouts) {
    token.push(x->token.view());
    user.push(x->user.view());
  }
  payouts_by_position out;
  for (const auto& row :
       a.tx.exec_params("SELECT p.token, p.user_address, o.condition_id, p.payout_id, p.payout"
                        " FROM unnest($1::bytea[], $2::bytea[]) i(token, who)"
                        " JOIN positions p ON p.token = i.token AND p.user_address = i.who"
                        " JOIN market_outcomes o ON o.token = p.token",
                        token.parameter(), user.parameter()))
    out[{read_fixed<uint256>(row[0]), read_fixed<address>(row[1])}] = {
        read_fixed<hash256>(row[2]), read_uuid<payout_id>(row[3]), {read_int(row[4])}};
  return out;
}

}  // namespace

std::vector<entry_outcome> write_payouts(attempt& a,
                                         std::span<const settle_position* const> payouts) {
  std::vector<entry_outcome> out(payouts.size());
  auto done = pay(a, payouts);
  if (done.paid == payouts.size()) return out;
  const auto stored = stored_for(a, payouts);
  for (std::size_t i = 0; i < payouts.size(); ++i) {
    const auto& x = *payouts[i];
    const auto found = stored.find({x.token, x.user});
    const bool same = found != stored.end() && found->second.condition == x.condition &&
                      found->second.id == x.id && found->second.payout == x.payout;
    if (!same) {
      out[i].verdict = errc::invariant_violated;
      continue;
    }
    // Of two that are the same the first was written.
    out[i].result.replayed = done.changed.erase(x.id) == 0;
    if (out[i].result.replayed) out[i].verdict = a.replayed(moves_of(x));
  }
  return out;
}

}  // namespace headroom::persistence
