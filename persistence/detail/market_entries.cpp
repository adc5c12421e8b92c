#include "persistence/detail/entries.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

bool is_stored_so(attempt& a, const record_market& x) {
  wire_array tokens{wire_array::element::bytea};
  for (const auto& t : x.tokens) tokens.push(t.view());
  const auto row = a.tx.exec_params1(
      "SELECT m.neg_risk = $2 AND ARRAY(SELECT o.token FROM market_outcomes o"
      " WHERE o.condition_id = m.condition_id ORDER BY o.slot) = $3::bytea[]"
      " FROM markets m WHERE m.condition_id = $1::bytea",
      binary(x.condition.view()), x.neg_risk, tokens.parameter());
  return row[0].as<bool>();
}

}  // namespace

errc apply(attempt& a, const record_market& x) {
  if (x.tokens.size() < 2 || x.tokens.size() != x.outcomes.size()) return errc::invariant_violated;
  const auto inserted = a.tx.exec_params(
      "INSERT INTO markets (condition_id, neg_risk, question, created_at)"
      " VALUES ($1::bytea, $2, $3, time_of($4)) ON CONFLICT DO NOTHING",
      binary(x.condition.view()), x.neg_risk, clean_text(x.question), x.at.us);
  if (inserted.affected_rows() == 0) return is_stored_so(a, x) ? a.replayed() : errc::duplicate;
  for (std::size_t slot = 0; slot < x.tokens.size(); ++slot)
    a.tx.exec_params0(
        "INSERT INTO market_outcomes (token, condition_id, slot, name)"
        " VALUES ($1::bytea, $2::bytea, $3, $4)",
        binary(x.tokens[slot].view()), binary(x.condition.view()), static_cast<std::int64_t>(slot),
        clean_text(x.outcomes[slot]));
  return errc::none;
}

}  // namespace headroom::persistence
