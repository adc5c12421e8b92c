#include "persistence/detail/repair_reads.hpp"

#include <map>
#include <stdexcept>

#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

constexpr const char* order_columns =
    "conversion_id, number, word, received, chain_id, tx_hash, log_index, ordered_by, reason,"
    " us_of(created_at) ";

conversion_order read_order(const pqxx::row& row) {
  conversion_order out;
  out.number = read_int(row[1]);
  const auto word = parse_order_word(row[2].c_str());
  if (!word) throw std::runtime_error("an order that this binary does not know");
  out.word = *word;
  out.received = {read_int(row[3])};
  out.proof.chain_id = static_cast<std::uint64_t>(read_int(row[4]));
  out.proof.tx_hash = read_fixed<hash256>(row[5]);
  out.proof.log_index = static_cast<std::uint64_t>(read_int(row[6]));
  out.by = row[7].c_str();
  out.reason = row[8].c_str();
  out.at = {read_int(row[9])};
  return out;
}

pausable work_of(std::string_view text) {
  for (const auto p : all_pausable)
    if (to_string(p) == text) return p;
  throw std::runtime_error("a kind of work that this binary does not know");
}

}  // namespace

std::optional<conversion> lock_conversion(pqxx::transaction_base& tx, const conversion_id& id) {
  const auto rows = tx.exec_params(std::string{"SELECT "} + conversion_columns +
                                       "FROM conversions WHERE conversion_id = $1::uuid"
                                       " FOR UPDATE OF conversions",
                                   binary(id.view()));
  if (rows.empty()) return std::nullopt;
  return read_conversion(rows.front());
}

conversion_order newest_order(pqxx::transaction_base& tx, const conversion_id& id) {
  const auto rows = tx.exec_params(std::string{"SELECT "} + order_columns +
                                       "FROM conversion_orders WHERE conversion_id = $1::uuid"
                                       " ORDER BY number DESC LIMIT 1",
                                   binary(id.view()));
  return rows.empty() ? conversion_order{} : read_order(rows.front());
}

void add_orders(pqxx::transaction_base& tx, std::span<conversion> rows) {
  if (rows.empty()) return;
  wire_array wanted{wire_array::element::uuid};
  for (const auto& c : rows) wanted.push(c.id.view());
  std::map<conversion_id, conversion_order> found;
  for (const auto& row :
       tx.exec_params(std::string{"SELECT DISTINCT ON (conversion_id) "} + order_columns +
                          "FROM conversion_orders WHERE conversion_id = ANY ($1::uuid[])"
                          " ORDER BY conversion_id, number DESC",
                      wanted.parameter()))
    found.emplace(read_uuid<conversion_id>(row[0]), read_order(row));
  for (auto& c : rows)
    if (const auto i = found.find(c.id); i != found.end()) c.order = i->second;
}

bool may_be_mined(pqxx::transaction_base& tx, const conversion& row) {
  wire_array named{wire_array::element::uuid};
  for (const auto& s : row.steps)
    for (const auto& id : s.operations) named.push(id.view());
  return tx
      .exec_params1(
          "SELECT EXISTS (SELECT 1 FROM chain_operations WHERE conversion_id = $1::uuid"
          " AND status = 'stored')"
          " OR EXISTS (SELECT 1 FROM chain_operations WHERE operation_id = ANY ($2::uuid[])"
          " AND status = 'stored')"
          " OR EXISTS (SELECT 1 FROM external_operations WHERE conversion_id = $1::uuid"
          " AND status IN (0, 1))",
          binary(row.id.view()), named.parameter())[0]
      .as<bool>();
}

bool is_explained(pqxx::transaction_base& tx, const hash256& hash, const conversion_id& of) {
  return tx
      .exec_params1(
          "SELECT EXISTS (SELECT 1 FROM chain_operations o WHERE o.tx_hash = $1::bytea"
          " AND o.conversion_id IS DISTINCT FROM $2::uuid AND NOT EXISTS (SELECT 1 FROM "
          "conversions c WHERE c.conversion_id = $2::uuid"
          " AND strpos(c.steps::text, o.operation_id::text) > 0))"
          " OR EXISTS (SELECT 1 FROM deposits WHERE tx_hash = $1::bytea)"
          " OR EXISTS (SELECT 1 FROM redemptions WHERE tx_hash = $1::bytea)"
          " OR EXISTS (SELECT 1 FROM conversions WHERE conversion_id <> $2::uuid"
          " AND strpos(steps::text, $3) > 0)"
          " OR EXISTS (SELECT 1 FROM replenishments WHERE strpos(lower(reference), $3) > 0)",
          binary(hash.view()), binary(of.view()), hash.hex())[0]
      .as<bool>();
}

bool is_claimed(pqxx::transaction_base& tx, const transfer_place& x) {
  return !tx.exec_params(
                "SELECT 1 FROM claimed_transfers WHERE chain_id = $1 AND tx_hash = $2::bytea"
                " AND log_index = $3",
                static_cast<std::int64_t>(x.chain_id), binary(x.tx_hash.view()),
                static_cast<std::int64_t>(x.log_index))
              .empty();
}

/// Of an open settlement: what came and is not paid, or, while the redeeming is not booked, what
/// its open positions are to get.
unposted_income select_unposted(pqxx::transaction_base& tx, const money_source& backing) {
  const auto row = tx.exec_params1(
      "SELECT (SELECT coalesce(sum(shares), 0)::bigint FROM sales WHERE status = 'placing'),"
      " (SELECT coalesce(sum(greatest(s.received - s.paid - s.remainder, ceil(due.sum))), "
      "0)::bigint"
      "  FROM settlements s, LATERAL (SELECT sum((p.shares + p.selling)"
      "    * s.numerators[o.slot + 1] / s.denominator) FROM market_outcomes o"
      "    JOIN positions p ON p.token = o.token AND p.result = 'none'"
      "    WHERE o.condition_id = s.condition_id) due WHERE s.status = 'open'),"
      " (SELECT coalesce(sum(amount), 0)::bigint FROM deposits"
      "  WHERE status IN ('settling', 'pending') AND chain_id = $1 AND token = $2::bytea)",
      static_cast<std::int64_t>(backing.chain_id), binary(backing.token.view()));
  return {{read_int(row[0])}, {read_int(row[1])}, {read_int(row[2])}};
}

std::vector<switch_work> select_switches(pqxx::transaction_base& tx) {
  std::vector<switch_work> out;
  for (const auto& row : tx.exec("SELECT DISTINCT ON (work) work, paused, ordered_by, reason,"
                                 " us_of(created_at) FROM work_switches"
                                 " ORDER BY work, number DESC"))
    out.push_back({work_of(row[0].c_str()), row[1].as<bool>(), row[2].c_str(), row[3].c_str(),
                   timestamp{read_int(row[4])}});
  return out;
}

}  // namespace headroom::persistence
