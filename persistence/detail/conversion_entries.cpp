#include <algorithm>

#include "persistence/detail/book.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/repair_reads.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

std::optional<conversion> find(attempt& a, const conversion_id& id) {
  const auto rows = a.tx.exec_params(std::string{"SELECT "} + conversion_columns +
                                         "FROM conversions WHERE conversion_id = $1::uuid",
                                     binary(id.view()));
  if (rows.empty()) return std::nullopt;
  return read_conversion(rows.front());
}

bool same_members(std::vector<deposit_id> x, std::vector<deposit_id> y) {
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  return x == y;
}

/// Whether all of the conversion's deposits are credited, free, paid with its source's money, and
/// worth its amount together.
errc check_members(attempt& a, const conversion& x) {
  const auto& ids = x.deposits;
  wire_array wanted{wire_array::element::uuid};
  for (const auto& id : ids) wanted.push(id.view());
  const auto row = a.tx.exec_params1(
      "SELECT count(*) FILTER (WHERE conversion_id IS NOT NULL),"
      " count(*) FILTER (WHERE conversion_id IS NULL AND status = 'converting'"
      " AND chain_id = $2 AND token = $3::bytea),"
      " coalesce(sum(amount), 0)::bigint FROM deposits WHERE deposit_id = ANY ($1::uuid[])",
      wanted.parameter(), static_cast<std::int64_t>(x.source.chain_id),
      binary(x.source.token.view()));
  if (read_int(row[0]) != 0) return errc::duplicate;
  const bool whole = read_int(row[1]) == static_cast<std::int64_t>(ids.size()) &&
                     read_int(row[2]) == x.amount.micro;
  return whole ? errc::none : errc::invariant_violated;
}

/// One whose end was ordered ends by that order, and only while nothing of it may happen yet.
bool may_complete(attempt& a, const conversion& row, usdc received) {
  const auto order = newest_order(a.tx, row.id);
  return !is_end(order.word) || (order.word == order_word::settle && order.received == received &&
                                 !may_be_mined(a.tx, row));
}

/// The conversion's deposits follow it to its end, and back.
void move_members(attempt& a, const conversion_id& id, deposit_status from, deposit_status to,
                  std::string_view failure, timestamp at) {
  a.tx.exec_params0(
      "UPDATE deposits SET status = $3::deposit_status, failure = $4, updated_at = time_of($5)"
      " WHERE conversion_id = $1::uuid AND status = $2::deposit_status",
      binary(id.view()), std::string{to_string(from)}, std::string{to_string(to)},
      std::string{failure}, at.us);
}

void end_members(attempt& a, const conversion_id& id, deposit_status end, std::string_view failure,
                 timestamp at) {
  move_members(a, id, deposit_status::converting, end, failure, at);
}

void insert(attempt& a, const conversion& row) {
  a.tx.exec_params0(
      "INSERT INTO conversions (conversion_id, route, amount, steps, attempts, created_at,"
      " updated_at, source_chain_id, source_token, expected_out, expected_seconds, choice)"
      " VALUES ($1::uuid, $2, $3, $4::jsonb, $5, time_of($6), time_of($6), $7, $8::bytea, $9, $10,"
      " $11)",
      binary(row.id.view()), clean_text(row.route), row.amount.micro, steps_to_json(row.steps),
      static_cast<std::int64_t>(row.attempts), row.created_at.us,
      static_cast<std::int64_t>(row.source.chain_id), binary(row.source.token.view()),
      row.expected_out.micro, static_cast<std::int64_t>(row.expected_seconds),
      clean_text(row.choice));
}

/// Whether anything of it was ever handed to an outbox, whatever became of it.
bool has_sent(attempt& a, const conversion& row) {
  const bool named = std::any_of(row.steps.begin(), row.steps.end(),
                                 [](const auto& s) { return !s.operations.empty(); });
  return named ||
         a.tx.exec_params1(
                 "SELECT EXISTS (SELECT 1 FROM chain_operations WHERE conversion_id = $1::uuid)"
                 " OR EXISTS (SELECT 1 FROM external_operations WHERE conversion_id = $1::uuid)",
                 binary(row.id.view()))[0]
             .as<bool>();
}

}  // namespace

errc apply(attempt& a, const open_conversion& x) {
  const auto& row = x.row;
  if (const auto stored = find(a, row.id)) {
    const bool same = stored->amount == row.amount &&
                      (stored->status == conversion_status::replaced ||  // they went on
                       same_members(stored->deposits, row.deposits));
    return same ? a.replayed() : errc::duplicate;
  }
  if (row.deposits.empty()) return errc::invariant_violated;
  if (const auto verdict = check_members(a, row); verdict != errc::none) return verdict;
  insert(a, row);
  wire_array members{wire_array::element::uuid};
  for (const auto& id : row.deposits) members.push(id.view());
  a.tx.exec_params0(
      "UPDATE deposits SET conversion_id = $1::uuid, updated_at = time_of($3)"
      " WHERE deposit_id = ANY ($2::uuid[])",
      binary(row.id.view()), members.parameter(), row.created_at.us);
  return errc::none;
}

/// The outbox asks for the row's lock before it believes that the conversion runs (migration 0019),
/// and so does an order.
errc apply(attempt& a, const replace_conversion& x) {
  const auto& row = x.row;
  const auto old = lock_conversion(a.tx, x.old);
  if (!old || old->id == row.id) return errc::invariant_violated;
  if (find(a, row.id)) return old->replaced_by == row.id ? a.replayed() : errc::duplicate;
  const auto order = newest_order(a.tx, old->id).word;
  if (old->status != conversion_status::running || order == order_word::hold || is_end(order) ||
      has_sent(a, *old))
    return errc::duplicate;
  if (row.amount != old->amount || row.source != old->source ||
      !same_members(row.deposits, old->deposits))
    return errc::invariant_violated;
  insert(a, row);
  a.tx.exec_params0(
      "UPDATE conversions SET status = 'replaced', replaced_by = $2::uuid,"
      " updated_at = time_of($3) WHERE conversion_id = $1::uuid",
      binary(old->id.view()), binary(row.id.view()), x.at.us);
  a.tx.exec_params0(
      "UPDATE deposits SET conversion_id = $2::uuid, updated_at = time_of($3)"
      " WHERE conversion_id = $1::uuid",
      binary(old->id.view()), binary(row.id.view()), x.at.us);
  return errc::none;
}

errc apply(attempt& a, const advance_conversion& x) {
  const auto stored = find(a, x.id);
  if (!stored) return errc::invariant_violated;
  // A repeat may come after the end that followed it; it has nothing left to say.
  if (stored->status != conversion_status::running) return a.replayed();
  a.tx.exec_params0(
      "UPDATE conversions SET steps = $2::jsonb, attempts = $3, updated_at = time_of($4)"
      " WHERE conversion_id = $1::uuid",
      binary(x.id.view()), steps_to_json(x.steps), static_cast<std::int64_t>(x.attempts), x.at.us);
  return errc::none;
}

errc apply(attempt& a, const complete_conversion& x) {
  const auto received = add(x.to_buffer, x.to_reserve);
  const auto total = received ? add(*received, x.loss) : std::nullopt;
  const auto stored = find(a, x.id);
  if (!stored || total != stored->amount || x.to_buffer.micro < 0 || x.to_reserve.micro < 0)
    return errc::invariant_violated;
  const auto moves = moves_of(x);
  if (stored->status == conversion_status::completed && stored->received == *received)
    return a.replayed(moves);
  if (stored->status != conversion_status::running || !may_complete(a, *stored, *received))
    return errc::invariant_violated;
  a.tx.exec_params0(
      "UPDATE conversions SET status = 'completed', received = $2, loss = $3, steps = $4::jsonb,"
      " updated_at = time_of($5), completed_at = time_of($5), by_depth = $6"
      " WHERE conversion_id = $1::uuid",
      binary(x.id.view()), received->micro, x.loss.micro, steps_to_json(x.steps), x.at.us,
      any_by_depth(x.steps));
  end_members(a, x.id, deposit_status::completed, "", x.at);
  post(a, moves);
  return errc::none;
}

errc apply(attempt& a, const undo_conversion& x) {
  const auto taken = add(x.from_buffer, x.from_reserve);
  const auto stored = find(a, x.id);
  if (!stored || !taken || x.from_buffer.micro < 0 || x.from_reserve.micro < 0)
    return errc::invariant_violated;
  const auto moves = moves_of(x);
  if (stored->undone >= x.times) return a.replayed(moves);
  if (stored->status != conversion_status::completed || stored->undone + 1 != x.times ||
      stored->received != *taken || stored->loss != x.loss)
    return errc::invariant_violated;
  a.tx.exec_params0(
      "UPDATE conversions SET status = 'running', received = 0, loss = 0, steps = $2::jsonb,"
      " undone = $3, by_depth = false, completed_at = NULL, updated_at = time_of($4)"
      " WHERE conversion_id = $1::uuid",
      binary(x.id.view()), steps_to_json(x.steps), static_cast<std::int64_t>(x.times), x.at.us);
  move_members(a, x.id, deposit_status::completed, deposit_status::converting, "", x.at);
  post(a, moves);
  return errc::none;
}

errc apply(attempt& a, const settle_proofs& x) {
  const auto stored = find(a, x.id);
  if (!stored) return errc::invariant_violated;
  // A repeat may come after it was undone; it has nothing left to say.
  if (stored->status != conversion_status::completed || !any_by_depth(stored->steps))
    return a.replayed();
  a.tx.exec_params0(
      "UPDATE conversions SET steps = $2::jsonb, by_depth = $3, updated_at = time_of($4)"
      " WHERE conversion_id = $1::uuid",
      binary(x.id.view()), steps_to_json(x.steps), any_by_depth(x.steps), x.at.us);
  return errc::none;
}

errc apply(attempt& a, const fail_conversion& x) {
  const auto stored = find(a, x.id);
  if (!stored || stored->status == conversion_status::completed ||
      stored->status == conversion_status::replaced)
    return errc::invariant_violated;
  if (stored->status == conversion_status::failed) return a.replayed();
  const auto failure = clean_text(x.failure);
  a.tx.exec_params0(
      "UPDATE conversions SET status = 'failed', failure = $2, steps = $3::jsonb,"
      " updated_at = time_of($4) WHERE conversion_id = $1::uuid",
      binary(x.id.view()), failure, steps_to_json(x.steps), x.at.us);
  end_members(a, x.id, deposit_status::failed, failure, x.at);
  return errc::none;
}

}  // namespace headroom::persistence
