#include "tests/support/memory_withdrawals.hpp"

#include <algorithm>

#include "domain/withdrawal_bounds.hpp"

namespace headroom::test {
namespace {

/// The operation is one of this withdrawal: transfer_of.
bool is_of(const operation_id& operation, const withdrawal_id& id) {
  return std::equal(id.bytes.begin(), id.bytes.end() - 1, operation.bytes.begin());
}

std::vector<chain_operation> transfers(const withdrawal_id& id, const memory_outbox& outbox) {
  std::vector<chain_operation> out;
  for (const auto& [operation, rows] : outbox.all())
    if (is_of(operation, id)) out.insert(out.end(), rows.begin(), rows.end());
  return out;
}

}  // namespace

std::size_t memory_withdrawals::count(const withdrawal_id& id, const memory_outbox& outbox,
                                      operation_status one, operation_status other) {
  const auto all = transfers(id, outbox);
  return static_cast<std::size_t>(std::count_if(all.begin(), all.end(), [&](const auto& row) {
    return row.status == one || row.status == other;
  }));
}

errc memory_withdrawals::accept(const accept_withdrawal& x, bool& replayed) {
  const auto& row = x.row;
  if (const auto i = rows.find(row.id); i != rows.end()) {
    const auto& known = i->second;
    replayed = known.user == row.user && known.to == row.to && known.amount == row.amount &&
               known.request_hash == row.request_hash;
    return replayed ? errc::none : errc::duplicate;
  }
  if (paused) return errc::paused;
  if (row.to.is_zero() || row.fee.micro < 0 || row.fee >= row.amount)
    return errc::invariant_violated;
  const auto open = std::count_if(rows.begin(), rows.end(), [&](const auto& known) {
    return known.second.user == row.user && is_open(known.second);
  });
  if (open >= most_open_withdrawals_of_a_user) return errc::rate_limited;
  usdc day = row.amount;
  for (const auto& [id, other] : rows)
    if (other.user == row.user && day_of(other.created_at) == day_of(row.created_at) &&
        other.status != withdrawal_status::failed)
      day = add_saturating(day, other.amount);
  if (x.daily_limit.is_positive() && day > x.daily_limit) return errc::exceeds_daily_limit;
  return errc::none;
}

errc memory_withdrawals::approve(const approve_withdrawal& x, bool& replayed) {
  const auto i = rows.find(x.id);
  if (i == rows.end()) return errc::not_found;
  replayed = !i->second.approved_by.empty();
  if (replayed) return errc::none;
  if (!waits_for_approval(i->second)) return errc::duplicate;
  i->second.approved_by = x.by;
  i->second.updated_at = x.at;
  return errc::none;
}

errc memory_withdrawals::finish(const finish_withdrawal& x, const memory_outbox& outbox,
                                bool& replayed) {
  const auto i = rows.find(x.id);
  if (i == rows.end() || i->second.user != x.user || i->second.amount != x.amount ||
      i->second.fee != x.fee)
    return errc::invariant_violated;
  auto& row = i->second;
  if (!is_open(row)) {
    replayed = row.status == x.status && (x.tx_hash.is_zero() || row.tx_hash == x.tx_hash);
    return replayed ? errc::none : errc::invariant_violated;
  }
  using enum operation_status;
  const auto all = transfers(x.id, outbox);
  const bool paid = std::any_of(all.begin(), all.end(), [&](const auto& op) {
    return op.status == confirmed && op.tx_hash == x.tx_hash;
  });
  const bool failed = x.status == withdrawal_status::failed;
  if (failed ? count(x.id, outbox, stored, confirmed) != 0 : !paid) return errc::invariant_violated;
  row.status = x.status;
  row.tx_hash = x.tx_hash;
  row.failure = x.failure;
  row.updated_at = x.at;
  return errc::none;
}

bool memory_withdrawals::may_store(const record_operations& x, const memory_outbox& outbox) const {
  using enum operation_status;
  return std::all_of(x.rows.begin(), x.rows.end(), [&](const chain_operation& op) {
    if (op.purpose != withdrawal_purpose) return true;
    const auto mine = outbox.find(op.id);
    if (std::any_of(mine.begin(), mine.end(),
                    [&](const auto& known) { return known.attempt == op.attempt; }))
      return true;  // a repeat inserts nothing
    const auto i = std::find_if(rows.begin(), rows.end(),
                                [&](const auto& w) { return is_of(op.id, w.first); });
    if (i == rows.end() || !is_open(i->second) || waits_for_approval(i->second)) return false;
    const auto all = transfers(i->first, outbox);
    return std::none_of(all.begin(), all.end(), [&](const auto& other) {
      return other.id != op.id && (other.status == stored || other.status == confirmed);
    });
  });
}

std::optional<withdrawal> memory_withdrawals::find(const withdrawal_id& id,
                                                   const memory_outbox& outbox) const {
  const auto i = rows.find(id);
  if (i == rows.end()) return std::nullopt;
  auto out = i->second;
  const auto all = transfers(id, outbox);
  if (out.status == withdrawal_status::requested && !all.empty()) {
    out.status = withdrawal_status::sent;
    out.tx_hash = all.back().tx_hash;
  }
  return out;
}

withdrawal_page memory_withdrawals::list(const withdrawal_filter& f,
                                         const memory_outbox& outbox) const {
  withdrawal_page out;
  for (const auto& [id, row] : rows) {
    const auto shown = *find(id, outbox);
    if (f.has_user && shown.user != f.user) continue;
    if (f.has_status && shown.status != f.status) continue;
    if (out.withdrawals.size() < f.limit) out.withdrawals.push_back(shown);
  }
  return out;
}

std::vector<withdrawal> memory_withdrawals::open(const memory_outbox& outbox) const {
  std::vector<withdrawal> out;
  for (const auto& [id, row] : rows)
    if (is_open(row)) out.push_back(*find(id, outbox));
  return out;
}

usdc memory_withdrawals::outgoing(const memory_outbox& outbox, bool leaving) const {
  using enum operation_status;
  usdc out;
  for (const auto& [id, row] : rows)
    if (is_open(row) && (!leaving || count(id, outbox, stored, confirmed) > 0))
      out = add_saturating(out, paid_out(row));
  return out;
}

}  // namespace headroom::test
