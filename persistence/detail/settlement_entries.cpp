#include "persistence/detail/book.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

using element = wire_array::element;

/// What is left of what was received, and whether anybody may still come for it. Its row is locked:
/// a human may be booking a redemption beside the journal (persistence/seen_redemptions.hpp).
struct open_ends {
  bool found = false;
  bool closed = false;
  usdc left;
  bool any = false;  // a position, a bet or a sale of it
};

open_ends look_at(attempt& a, const hash256& condition) {
  const auto rows = a.tx.exec_params(
      "WITH mine AS (SELECT token FROM market_outcomes WHERE condition_id = $1::bytea)"
      " SELECT s.status = 'closed', s.received - s.paid - s.remainder,"
      " EXISTS (SELECT 1 FROM mine JOIN positions p USING (token)"
      "  WHERE p.result = 'none')"
      " OR EXISTS (SELECT 1 FROM mine JOIN bets b USING (token) WHERE b.status = 'placing')"
      " OR EXISTS (SELECT 1 FROM mine JOIN sales USING (token) WHERE sales.status = 'placing')"
      " FROM settlements s WHERE s.condition_id = $1::bytea FOR UPDATE OF s",
      binary(condition.view()));
  if (rows.empty()) return {};
  const auto row = rows.front();
  return {true, row[0].as<bool>(), {read_int(row[1])}, row[2].as<bool>()};
}

bool last_closed_with(attempt& a, const hash256& condition, usdc remainder) {
  const auto rows = a.tx.exec_params(
      "SELECT remainder FROM settlement_closings WHERE condition_id = $1::bytea"
      " ORDER BY closing_id DESC LIMIT 1",
      binary(condition.view()));
  return !rows.empty() && usdc{read_int(rows[0][0])} == remainder;
}

std::optional<settlement> find(attempt& a, const hash256& condition) {
  const auto rows = a.tx.exec_params(std::string{"SELECT "} + settlement_columns +
                                         "FROM settlements WHERE condition_id = $1::bytea",
                                     binary(condition.view()));
  if (rows.empty()) return std::nullopt;
  return read_settlement(rows.front());
}

struct stored_redemption {
  hash256 condition;
  redemption row;
};

std::optional<stored_redemption> find(attempt& a, const operation_id& id) {
  const auto rows =
      a.tx.exec_params(std::string{"SELECT "} + redemption_columns +
                           ", condition_id FROM redemptions WHERE operation_id = $1::uuid",
                       binary(id.view()));
  if (rows.empty()) return std::nullopt;
  return stored_redemption{read_fixed<hash256>(rows[0]["condition_id"]),
                           read_redemption(rows.front())};
}

}  // namespace

errc apply(attempt& a, const open_settlement& x) {
  const payout_vector payouts{x.numerators, x.denominator};
  if (!is_valid(payouts)) return errc::invariant_violated;
  if (const auto stored = find(a, x.condition))
    return stored->payouts == payouts ? a.replayed() : errc::duplicate;
  const auto outcomes =
      a.tx.exec_params1("SELECT count(*) FROM market_outcomes WHERE condition_id = $1::bytea",
                        binary(x.condition.view()));
  if (static_cast<std::size_t>(read_int(outcomes[0])) != x.numerators.size())
    return errc::invariant_violated;  // no market of ours, or another one
  wire_array numerators{element::text};
  for (const auto n : x.numerators) numerators.push(std::to_string(n));
  a.tx.exec_params0(
      "INSERT INTO settlements (condition_id, numerators, denominator, created_at, updated_at)"
      " VALUES ($1::bytea, $2::text[]::numeric[], $3::numeric, time_of($4), time_of($4))",
      binary(x.condition.view()), numerators.parameter(), std::to_string(x.denominator), x.at.us);
  return errc::none;
}

errc apply(attempt& a, const book_redemption& x) {
  if (const auto stored = find(a, x.id)) {
    const auto& row = stored->row;
    const bool same = stored->condition == x.condition && row.account == x.account &&
                      row.tx_hash == x.tx_hash && row.received == x.received &&
                      row.burned == x.burned;
    return same ? a.replayed() : errc::duplicate;
  }
  wire_array burned{element::int8};
  for (const auto& shares : x.burned) {
    if (shares.micro < 0) return errc::invariant_violated;
    burned.push(shares.micro);
  }
  const auto known = find(a, x.condition);
  if (!known || x.burned.size() != known->payouts.numerators.size() || x.received.micro < 0)
    return errc::invariant_violated;
  const auto inserted = a.tx.exec_params(
      "INSERT INTO redemptions (operation_id, condition_id, account, tx_hash, received, burned,"
      " created_at) VALUES ($1::uuid, $2::bytea, $3::bytea, $4::bytea, $5, $6::bigint[],"
      " time_of($7)) ON CONFLICT DO NOTHING",
      binary(x.id.view()), binary(x.condition.view()), binary(x.account.view()),
      binary(x.tx_hash.view()), x.received.micro, burned.parameter(), x.at.us);
  if (inserted.affected_rows() == 0) return errc::duplicate;  // this receipt, under another id
  a.tx.exec_params1(
      "UPDATE settlements SET received = received + $2, status = 'open',"
      " updated_at = greatest(updated_at, time_of($3)) WHERE condition_id = $1::bytea RETURNING 1",
      binary(x.condition.view()), x.received.micro, x.at.us);
  return errc::none;
}

errc apply(attempt& a, const close_settlement& x) {
  const auto now = look_at(a, x.condition);
  const auto moves = moves_of(x);
  if (!now.found || x.remainder.micro < 0) return errc::invariant_violated;
  if (now.closed)
    return last_closed_with(a, x.condition, x.remainder) ? a.replayed(moves)
                                                         : errc::invariant_violated;
  if (now.any || now.left != x.remainder) return errc::invariant_violated;
  a.tx.exec_params1(
      "UPDATE settlements SET remainder = remainder + $2, status = 'closed',"
      " updated_at = greatest(updated_at, time_of($3)) WHERE condition_id = $1::bytea RETURNING 1",
      binary(x.condition.view()), x.remainder.micro, x.at.us);
  a.tx.exec_params0(
      "INSERT INTO settlement_closings (condition_id, reference, remainder, created_at)"
      " VALUES ($1::bytea, $2::uuid, $3, time_of($4))",
      binary(x.condition.view()), binary(moves.reference.view()), x.remainder.micro, x.at.us);
  post(a, moves);
  return errc::none;
}

}  // namespace headroom::persistence
