#include "persistence/seen_redemptions.hpp"

#include <stdexcept>

#include "persistence/detail/entries.hpp"
#include "persistence/detail/operator_log.hpp"
#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

/// Sent by us, by whichever way, and not known to have come to nothing. What is in doubt for good
/// (external_status) nobody else will book.
bool is_our_own(pqxx::transaction_base& tx, const hash256& transaction) {
  return !tx.exec_params(
                "SELECT 1 FROM chain_operations"
                " WHERE tx_hash = $1::bytea AND status IN ('stored', 'confirmed')"
                " UNION ALL SELECT 1 FROM external_operations"
                " WHERE tx_hash = $1::bytea AND status IN (0, 1, 2) LIMIT 1",
                binary(transaction.view()))
              .empty();
}

std::string text_of(const std::vector<share_amount>& burned) {
  std::string out;
  for (const auto& x : burned) out += (out.empty() ? "" : ", ") + to_string(usdc{x.micro});
  return out;
}

operator_action action_of(const book_redemption& x, const std::string& by) {
  return {by,
          "book_redemption",
          x.condition.hex(),
          {{"transaction", x.tx_hash.hex()},
           {"account", x.account.hex()},
           {"received", to_string(x.received)},
           {"burned", text_of(x.burned)}},
          x.at};
}

}  // namespace

std::string_view book_seen(const std::string& conninfo, const book_redemption& x,
                           const std::string& by, bool apply_it) try {
  session_options options;
  options.application = "headroom settle";
  const auto link = open_session(conninfo, options);
  pqxx::work tx{*link};
  attempt a{tx};
  const auto verdict = apply(a, x);
  if (verdict == errc::duplicate || a.replays() > 0) return unbooked::already;
  if (verdict != errc::none) return unbooked::refused;
  if (is_our_own(tx, x.tx_hash)) return unbooked::our_own;
  note_action(tx, action_of(x, by));
  if (apply_it) tx.commit();
  return {};
} catch (const pqxx::integrity_constraint_violation&) {
  return unbooked::refused;
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot book the redemption: "} + e.what());
}

}  // namespace headroom::persistence
