#include "tests/support/memory_outbox.hpp"

#include <algorithm>

#include "domain/operation.hpp"
#include "domain/operation_purpose.hpp"

namespace headroom::test {
namespace {

/// Two operations never share a live nonce, and no transaction is stored twice.
bool excludes(const chain_operation& stored, const chain_operation& row) {
  const bool same_nonce = stored.chain_id == row.chain_id && stored.account == row.account &&
                          stored.nonce == row.nonce && stored.attempt == row.attempt;
  return stored.tx_hash == row.tx_hash ||
         (same_nonce && stored.status != operation_status::dropped);
}

}  // namespace

errc memory_outbox::look_up(const chain_operation& row, bool& known) const {
  for (const auto& [id, stored] : rows_)
    for (const auto& x : stored) {
      if (id == row.id && x.attempt == row.attempt) {
        known = x.tx_hash == row.tx_hash && x.raw == row.raw;
        return known ? errc::none : errc::duplicate;
      }
      if (excludes(x, row)) return errc::duplicate;
    }
  return errc::none;
}

errc memory_outbox::record(const record_operations& x, bool& replayed) {
  std::vector<const chain_operation*> missing;
  for (const auto& row : x.rows) {  // all are looked at before the first is written
    bool known = false;
    if (const auto verdict = look_up(row, known); verdict != errc::none) return verdict;
    if (!known) missing.push_back(&row);
  }
  replayed = missing.empty();
  for (const auto* row : missing) {
    auto& kept = rows_[row->id].emplace_back(*row);
    kept.purpose = parse_purpose(row->purpose).word;
  }
  return errc::none;
}

errc memory_outbox::finish(const finish_operation& x, bool& replayed) {
  const auto i = rows_.find(x.id);
  const bool mined = is_mined(x.status);
  if (i == rows_.end() || (!mined && x.status != operation_status::dropped))
    return errc::invariant_violated;
  auto& rows = i->second;
  const auto end_of = [&](const chain_operation& row) {
    return mined && row.tx_hash == x.tx_hash ? x.status : operation_status::dropped;
  };
  const bool ours = !mined || std::any_of(rows.begin(), rows.end(), [&](const auto& row) {
    return row.tx_hash == x.tx_hash;
  });
  if (!ours) return errc::invariant_violated;
  replayed = std::all_of(rows.begin(), rows.end(),
                         [&](const auto& row) { return row.status == end_of(row); });
  if (replayed) return errc::none;
  const bool open = std::all_of(rows.begin(), rows.end(), [](const auto& row) {
    return row.status == operation_status::stored;
  });
  if (!open) return errc::invariant_violated;
  for (auto& row : rows) {
    row.status = end_of(row);
    if (row.status != operation_status::dropped) row.block_number = x.block_number;
  }
  return errc::none;
}

memory_outbox::attempts memory_outbox::find(const operation_id& id) const {
  const auto i = rows_.find(id);
  return i == rows_.end() ? attempts{} : i->second;
}

memory_outbox::attempts memory_outbox::open(std::uint64_t chain_id, const address& account) const {
  auto out = from(chain_id, account, 0, UINT32_MAX);
  std::erase_if(out, [](const auto& row) { return row.status != operation_status::stored; });
  return out;
}

memory_outbox::attempts memory_outbox::from(std::uint64_t chain_id, const address& account,
                                            std::uint64_t nonce, std::uint32_t limit) const {
  attempts out;
  for (const auto& [id, rows] : rows_)
    for (const auto& row : rows)
      if (row.chain_id == chain_id && row.account == account && row.nonce >= nonce)
        out.push_back(row);
  std::sort(out.begin(), out.end(), [](const auto& a, const auto& b) {
    return std::pair{a.nonce, a.attempt} < std::pair{b.nonce, b.attempt};
  });
  if (out.size() > limit) out.resize(limit);
  return out;
}

memory_outbox::attempts memory_outbox::of(std::span<const hash256> transactions) const {
  attempts out;
  for (const auto& [id, rows] : rows_)
    for (const auto& row : rows)
      if (std::find(transactions.begin(), transactions.end(), row.tx_hash) != transactions.end())
        out.push_back(row);
  return out;
}

std::uint64_t memory_outbox::next_nonce(std::uint64_t chain_id, const address& account) const {
  const auto rows = from(chain_id, account, 0, UINT32_MAX);
  return rows.empty() ? 0 : rows.back().nonce + 1;
}

}  // namespace headroom::test
