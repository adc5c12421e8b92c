#include "persistence/detail/book.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/operator_log.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

/// What the operator asks for, as a row of `replenishments`.
struct request {
  replenish_id id;
  posting_kind kind;
  usdc to_buffer;
  usdc to_reserve;
  std::string reference;
  timestamp at;
};

/// Stores the request unless its id is known. `none` and true: new. A known id is compared by its
/// total, because the split follows the buffer's state at the time of the first.
errc record(attempt& a, const request& x, const entry_moves& moves, bool& is_new) {
  const auto total = add(x.to_buffer, x.to_reserve);
  if (!total || !total->is_positive() || x.to_buffer.micro < 0 || x.to_reserve.micro < 0)
    return errc::invariant_violated;
  const auto known = a.tx.exec_params(
      "SELECT kind, to_buffer + to_reserve, reference FROM replenishments"
      " WHERE replenish_id = $1::uuid",
      binary(x.id.view()));
  is_new = known.empty();
  if (!is_new) {
    const auto row = known.front();
    const bool same = read_int(row[0]) == static_cast<int>(x.kind) &&
                      read_int(row[1]) == total->micro && x.reference == row[2].c_str();
    return same ? a.replayed(moves) : errc::key_reused;
  }
  a.tx.exec_params0(
      "INSERT INTO replenishments (replenish_id, kind, to_buffer, to_reserve, reference,"
      " created_at) VALUES ($1::uuid, $2, $3, $4, $5, time_of($6))",
      binary(x.id.view()), static_cast<int>(x.kind), x.to_buffer.micro, x.to_reserve.micro,
      x.reference, x.at.us);
  return errc::none;
}

}  // namespace

errc apply(attempt& a, const replenish& x) {
  const auto moves = moves_of(x);
  bool is_new = false;
  const auto verdict = record(
      a, {x.id, posting_kind::replenish, x.to_buffer, x.to_reserve, clean_text(x.reference), x.at},
      moves, is_new);
  if (verdict != errc::none || !is_new) return verdict;
  post(a, moves);
  note_action(a.tx, {x.by,
                     "replenish",
                     "buffer",
                     {{"replenish_id", x.id.text()},
                      {"to_buffer", to_string(x.to_buffer)},
                      {"to_reserve", to_string(x.to_reserve)},
                      {"reference", x.reference}},
                     x.at});
  return errc::none;
}

errc apply(attempt& a, const refill& x) {
  const auto moves = moves_of(x);
  bool is_new = false;
  const auto verdict =
      record(a, {x.id, posting_kind::refill, x.amount, usdc{}, "", x.at}, moves, is_new);
  if (verdict == errc::none && is_new) post(a, moves);
  return verdict;
}

errc apply(attempt& a, const configure_buffer& x) {
  if (x.min_size.micro < 0 || (x.has_max && x.max_size < x.min_size))
    return errc::invariant_violated;
  a.changed_buffer(
      read_buffer(a.tx.exec_params1("UPDATE liquidity_buffer SET min_buffer_size = $1,"
                                    " max_buffer_size = CASE WHEN $2 THEN $3::bigint END,"
                                    " updated_at = greatest(updated_at, time_of($4))"
                                    " WHERE buffer_id = 'global' RETURNING " +
                                        buffer_columns_changed(),
                                    x.min_size.micro, x.has_max, x.max_size.micro, x.at.us)));
  note_action(a.tx, {x.by,
                     "configure_buffer",
                     "buffer",
                     {{"min_buffer_size", to_string(x.min_size)},
                      {"max_buffer_size", x.has_max ? to_string(x.max_size) : "none"}},
                     x.at});
  return errc::none;
}

}  // namespace headroom::persistence
