#include <algorithm>

#include "domain/operation.hpp"
#include "domain/operation_purpose.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

std::vector<chain_operation> find(attempt& a, const operation_id& id) {
  std::vector<chain_operation> out;
  for (const auto& row : a.tx.exec_params(std::string{"SELECT "} + operation_columns +
                                              "FROM chain_operations"
                                              " WHERE operation_id = $1::uuid ORDER BY attempt",
                                          binary(id.view())))
    out.push_back(read_operation(row));
  return out;
}

/// `none`: the row may be inserted; `duplicate` tells a stored repeat (same bytes) through `known`.
errc look_up(attempt& a, const chain_operation& row, bool& known) {
  known = false;
  if (row.nonce > INT64_MAX || row.chain_id > INT64_MAX || row.attempt > INT32_MAX)
    return errc::invariant_violated;
  for (const auto& stored : find(a, row.id)) {
    if (stored.attempt != row.attempt) continue;
    known = stored.tx_hash == row.tx_hash && stored.raw == row.raw;
    return known ? errc::none : errc::duplicate;
  }
  return errc::none;
}

/// Refused by a trigger when it is the first of a conversion that may not send. What a later life
/// of the wallet adds to it is the same conversion's. Moves of the inventory are made by the same
/// steps, of conversions that the books do not have: they are of none.
void insert(attempt& a, const chain_operation& row) {
  const auto purpose = parse_purpose(row.purpose);
  a.tx.exec_params0(
      "INSERT INTO chain_operations (operation_id, attempt, chain_id, account, nonce, tx_hash, raw,"
      " purpose, conversion_id, created_at, updated_at) VALUES ($1::uuid, $2, $3, $4::bytea, $5,"
      " $6::bytea, $7::bytea, $8, coalesce((SELECT c.conversion_id FROM conversions c"
      " WHERE c.conversion_id = NULLIF($10::text, '')::uuid), (SELECT o.conversion_id"
      " FROM chain_operations o WHERE o.operation_id = $1::uuid LIMIT 1)), time_of($9),"
      " time_of($9))",
      binary(row.id.view()), static_cast<std::int64_t>(row.attempt),
      static_cast<std::int64_t>(row.chain_id), binary(row.account.view()),
      static_cast<std::int64_t>(row.nonce), binary(row.tx_hash.view()), binary(row.raw),
      clean_text(purpose.word), row.created_at.us, purpose.of ? purpose.of->text() : "");
}

}  // namespace

errc apply(attempt& a, const record_operations& x) {
  std::vector<const chain_operation*> missing;
  for (const auto& row : x.rows) {  // all are looked at before the first is written
    bool known = false;
    if (const auto verdict = look_up(a, row, known); verdict != errc::none) return verdict;
    if (!known) missing.push_back(&row);
  }
  if (missing.empty()) return a.replayed();
  for (const auto* row : missing) insert(a, *row);
  return errc::none;
}

errc apply(attempt& a, const finish_operation& x) {
  const auto attempts = find(a, x.id);
  const bool mined = is_mined(x.status);
  if (attempts.empty() || (!mined && x.status != operation_status::dropped))
    return errc::invariant_violated;
  const auto end_of = [&](const chain_operation& row) {
    return mined && row.tx_hash == x.tx_hash ? x.status : operation_status::dropped;
  };
  const auto ended_so = [&](const chain_operation& row) { return row.status == end_of(row); };
  const bool ours = !mined || std::any_of(attempts.begin(), attempts.end(), [&](const auto& row) {
    return row.tx_hash == x.tx_hash;
  });
  if (!ours) return errc::invariant_violated;
  if (std::all_of(attempts.begin(), attempts.end(), ended_so)) return a.replayed();
  const bool open = std::all_of(attempts.begin(), attempts.end(), [](const auto& row) {
    return row.status == operation_status::stored;
  });
  if (!open || x.block_number > INT64_MAX) return errc::invariant_violated;
  for (const auto& row : attempts) {
    const auto end = end_of(row);
    const auto block = end == operation_status::dropped ? 0 : x.block_number;
    const auto fee = end == operation_status::dropped ? uint256{} : x.fee_wei;
    a.tx.exec_params0(
        "UPDATE chain_operations SET status = $3::operation_status, block_number = $4,"
        " updated_at = time_of($5), fee_wei = $6::numeric"
        " WHERE operation_id = $1::uuid AND attempt = $2",
        binary(x.id.view()), static_cast<std::int64_t>(row.attempt), std::string{to_string(end)},
        static_cast<std::int64_t>(block), x.at.us, fee.decimal());
  }
  return errc::none;
}

}  // namespace headroom::persistence
