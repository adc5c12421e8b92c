#include "persistence/operator_orders.hpp"

#include <stdexcept>

#include "persistence/detail/entries.hpp"
#include "persistence/detail/operator_log.hpp"
#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/repair_reads.hpp"
#include "persistence/detail/wire.hpp"
#include "persistence/pg_reader.hpp"

namespace headroom::persistence {
namespace {

session open_repair(const std::string& conninfo) {
  session_options options;
  options.application = "headroom repair";
  return open_session(conninfo, options);
}

struct repair {
  attempt& a;

  errc operator()(const order_conversion& x) const { return apply(a, x); }
  errc operator()(const adopt_transfer& x) const { return apply(a, x); }
  errc operator()(const switch_work& x) const { return apply(a, x); }
  template <class Other>
  errc operator()(const Other&) const {
    return errc::invariant_violated;  // the journal's affair
  }
};

/// Of an act about a nonce.
operator_action act_on(const chain_operation& row, const char* what, const std::string& by,
                       const std::string& reason) {
  return {by,
          what,
          row.id.text(),
          {{"reason", reason},
           {"chain_id", std::to_string(row.chain_id)},
           {"nonce", std::to_string(row.nonce)},
           {"tx_hash", row.tx_hash.hex()}},
          row.created_at};
}

}  // namespace

errc book_repair(const std::string& conninfo, const journal_entry& entry) try {
  const auto link = open_repair(conninfo);
  pqxx::work tx{*link};
  attempt a{tx};
  const auto verdict = std::visit(repair{a}, entry);
  if (verdict == errc::none) tx.commit();
  return verdict;
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot book it: "} + e.what());
}

/// The row is locked first, as the order itself does it.
errc book_settlement(const std::string& conninfo, const order_conversion& order,
                     std::span<const settling_transfer> others) try {
  const auto link = open_repair(conninfo);
  pqxx::work tx{*link};
  attempt a{tx};
  const auto row = lock_conversion(tx, order.id);
  if (!row) return errc::not_found;
  for (const auto& x : others)
    if (const auto verdict = claim_for_conversion(a, *row, x.place, x.amount, order.order.at);
        verdict != errc::none)
      return verdict;
  const auto verdict = apply(a, order);
  if (verdict == errc::none) tx.commit();
  return verdict;
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot book it: "} + e.what());
}

errc book_cancel(const std::string& conninfo, const chain_operation& row, const std::string& by,
                 const std::string& reason) try {
  const auto link = open_repair(conninfo);
  pqxx::work tx{*link};
  const auto open = tx.exec_params(
      "SELECT attempt FROM chain_operations WHERE operation_id = $1::uuid AND status = 'stored'"
      " AND chain_id = $2 AND nonce = $3 FOR UPDATE",
      binary(row.id.view()), static_cast<std::int64_t>(row.chain_id),
      static_cast<std::int64_t>(row.nonce));
  if (static_cast<std::uint32_t>(open.size()) != row.attempt)
    return errc::invariant_violated;  // all of them, none is mined
  attempt a{tx};
  if (const auto verdict = apply(a, record_operations{{row}}); verdict != errc::none)
    return verdict;
  note_action(tx, act_on(row, "cancel_nonce", by, reason));
  tx.commit();
  return errc::none;
} catch (const pqxx::unique_violation&) {
  return errc::duplicate;
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot store it: "} + e.what());
}

errc book_fill(const std::string& conninfo, const chain_operation& row, const std::string& by,
               const std::string& reason) try {
  const auto link = open_repair(conninfo);
  pqxx::work tx{*link};
  // The index lets attempts of two operations share a nonce; a wallet's next one must not.
  const auto held = tx.exec_params(
      "SELECT 1 FROM chain_operations WHERE chain_id = $1 AND account = $2::bytea AND nonce = $3"
      " AND status <> 'dropped'",
      static_cast<std::int64_t>(row.chain_id), binary(row.account.view()),
      static_cast<std::int64_t>(row.nonce));
  if (!held.empty()) return errc::duplicate;
  attempt a{tx};
  if (const auto verdict = apply(a, record_operations{{row}}); verdict != errc::none)
    return verdict;
  note_action(tx, act_on(row, "fill_nonce", by, reason));
  tx.commit();
  return errc::none;
} catch (const pqxx::unique_violation&) {
  return errc::duplicate;
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot store it: "} + e.what());
}

std::optional<conversion> find_conversion(const std::string& conninfo, const conversion_id& id) {
  reader_settings how;
  how.conninfo = conninfo;
  pg_reader books{how};
  auto found = books.find_conversion(id);
  if (!found) throw std::runtime_error("the books cannot be read");
  return std::move(*found);
}

std::vector<transfer_place> find_unexplained(const std::string& conninfo,
                                             std::span<const transfer_place> of) try {
  const auto link = open_repair(conninfo);
  pqxx::read_transaction tx{*link};
  std::vector<transfer_place> out;
  for (const auto& x : of)
    if (!is_explained(tx, x.tx_hash, {}) && !is_claimed(tx, x)) out.push_back(x);
  return out;
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot read what explains a transfer: "} + e.what());
}

unposted_income find_unposted(const std::string& conninfo, const money_source& backing) try {
  const auto link = open_repair(conninfo);
  pqxx::read_transaction tx{*link};
  return select_unposted(tx, backing);
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot read what is not posted yet: "} + e.what());
}

std::vector<switch_work> find_switches(const std::string& conninfo) try {
  const auto link = open_repair(conninfo);
  pqxx::nontransaction tx{*link};
  return select_switches(tx);
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot read what is paused: "} + e.what());
}

}  // namespace headroom::persistence
