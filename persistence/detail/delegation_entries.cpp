#include "persistence/detail/delegation_reads.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/operator_log.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

bool same_terms(const delegation& stored, const delegation& asked) {
  return stored.user == asked.user && stored.public_key == asked.public_key &&
         stored.per_bet == asked.per_bet && stored.total == asked.total &&
         stored.expires_at == asked.expires_at;
}

}  // namespace

std::optional<delegation> select_delegation(pqxx::transaction_base& tx, const delegation_id& id) {
  const auto rows = tx.exec_params(std::string{"SELECT "} + delegation_columns +
                                       "FROM delegations WHERE delegation_id = $1::uuid",
                                   binary(id.view()));
  if (rows.empty()) return std::nullopt;
  return read_delegation(rows.front());
}

errc apply(attempt& a, const open_delegation& x) {
  const auto& d = x.row;
  if (const auto stored = select_delegation(a.tx, d.id))
    return same_terms(*stored, d) ? a.replayed() : errc::duplicate;
  a.tx.exec_params0(
      "INSERT INTO delegations (delegation_id, user_address, public_key, per_bet, total,"
      " created_at, expires_at)"
      " VALUES ($1::uuid, $2::bytea, $3::bytea, $4, $5, time_of($6), time_of($7))",
      binary(d.id.view()), binary(d.user.view()), binary(d.public_key), d.per_bet.micro,
      d.total.micro, d.created_at.us, d.expires_at.us);
  return errc::none;
}

errc apply(attempt& a, const revoke_delegation& x) {
  if (x.by.empty()) return errc::invariant_violated;
  const auto stored = select_delegation(a.tx, x.id);
  if (!stored) return errc::not_found;
  if (stored->revoked_at.is_set()) return a.replayed();
  a.tx.exec_params0(
      "UPDATE delegations SET revoked_at = time_of($2), revoked_by = $3"
      " WHERE delegation_id = $1::uuid",
      binary(x.id.view()), x.at.us, clean_text(x.by));
  if (!x.by.starts_with("user:"))
    note_action(a.tx, {x.by,
                       "revoke_delegation",
                       x.id.text(),
                       {{"user", stored->user.hex()}, {"used", to_string(stored->used)}},
                       x.at});
  return errc::none;
}

}  // namespace headroom::persistence
