#include "persistence/detail/book.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/operator_log.hpp"
#include "persistence/detail/repair_reads.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

/// What operators order. Terminals write beside the journal, so what is looked at is locked first.
namespace headroom::persistence {
namespace {

bool was_ordered(attempt& a, const order_conversion& x) {
  return !a.tx.exec_params(
                  "SELECT 1 FROM conversion_orders WHERE conversion_id = $1::uuid AND word = $2"
                  " AND created_at = time_of($3)",
                  binary(x.id.view()), std::string{to_string(x.order.word)}, x.order.at.us)
              .empty();
}

/// True when the transfer was free; it is the subject's from now on.
bool claim(attempt& a, const transfer_place& x, const char* what, byte_view subject, usdc amount,
           timestamp at) {
  return a.tx.exec_params(
                 "INSERT INTO claimed_transfers (chain_id, tx_hash, log_index, claimed_for,"
                 " subject, amount, created_at)"
                 " VALUES ($1, $2::bytea, $3, $4, $5::uuid, $6, time_of($7))"
                 " ON CONFLICT DO NOTHING",
                 static_cast<std::int64_t>(x.chain_id), binary(x.tx_hash.view()),
                 static_cast<std::int64_t>(x.log_index), std::string{what}, binary(subject),
                 amount.micro, at.us)
             .affected_rows() == 1;
}

/// Of what was claimed for this conversion already, by an order of several transfers.
usdc claimed_for(attempt& a, const conversion_id& id) {
  return {
      read_int(a.tx.exec_params1("SELECT coalesce(sum(amount), 0)::bigint FROM claimed_transfers"
                                 " WHERE claimed_for = 'conversion' AND subject = $1::uuid",
                                 binary(id.view()))[0])};
}

errc check_end(attempt& a, const conversion& row, const conversion_order& now,
               const conversion_order& before) {
  if (before.word != order_word::hold || may_be_mined(a.tx, row)) return errc::invariant_violated;
  if (now.word != order_word::settle) return errc::none;
  const auto rest = sub_saturating(now.received, claimed_for(a, row.id));
  if (!rest.is_positive()) return errc::invariant_violated;
  return claim_for_conversion(a, row, now.proof, rest, now.at);
}

}  // namespace

errc claim_for_conversion(attempt& a, const conversion& row, const transfer_place& place,
                          usdc amount, timestamp at) {
  if (!amount.is_positive()) return errc::invariant_violated;
  if (is_explained(a.tx, place.tx_hash, row.id)) return errc::duplicate;
  return claim(a, place, "conversion", row.id.view(), amount, at) ? errc::none : errc::duplicate;
}

errc apply(attempt& a, const order_conversion& x) {
  const auto row = lock_conversion(a.tx, x.id);
  if (!row) return errc::not_found;
  if (was_ordered(a, x)) return a.replayed();
  const auto before = newest_order(a.tx, x.id);
  const auto& now = x.order;
  if (now.word == order_word::none || row->status != conversion_status::running ||
      is_end(before.word))
    return errc::invariant_violated;
  if (is_end(now.word))
    if (const auto verdict = check_end(a, *row, now, before); verdict != errc::none) return verdict;
  const bool settles = now.word == order_word::settle;
  a.tx.exec_params0(
      "INSERT INTO conversion_orders (conversion_id, word, received, chain_id, tx_hash, log_index,"
      " ordered_by, reason, created_at)"
      " VALUES ($1::uuid, $2, $3, $4, NULLIF($5::bytea, ''), $6, $7, $8, time_of($9))",
      binary(x.id.view()), std::string{to_string(now.word)}, settles ? now.received.micro : 0,
      static_cast<std::int64_t>(now.proof.chain_id),
      binary(now.proof.tx_hash.view().first(settles ? hash256::size : 0)),
      static_cast<std::int64_t>(now.proof.log_index), clean_text(now.by), clean_text(now.reason),
      now.at.us);
  std::vector<std::pair<std::string, std::string>> detail{{"reason", now.reason}};
  if (settles) {
    detail.emplace_back("received", to_string(now.received));
    detail.emplace_back("tx_hash", now.proof.tx_hash.hex());
  }
  note_action(a.tx, {now.by, std::string{to_string(now.word)} + "_conversion", x.id.text(),
                     std::move(detail), now.at});
  return errc::none;
}

errc apply(attempt& a, const write_off_conversion& x) {
  const auto row = lock_conversion(a.tx, x.id);
  if (!row || row->status == conversion_status::completed || x.lost != row->amount)
    return errc::invariant_violated;
  const auto moves = moves_of(x);
  if (row->status == conversion_status::failed)
    return row->loss == x.lost ? a.replayed(moves) : errc::invariant_violated;
  if (newest_order(a.tx, x.id).word != order_word::write_off || may_be_mined(a.tx, *row))
    return errc::invariant_violated;
  const auto failure = clean_text(x.failure);
  a.tx.exec_params0(
      "UPDATE conversions SET status = 'failed', loss = $2, failure = $3, updated_at = time_of($4)"
      " WHERE conversion_id = $1::uuid",
      binary(x.id.view()), x.lost.micro, failure, x.at.us);
  a.tx.exec_params0(
      "UPDATE deposits SET status = 'failed', failure = $2, updated_at = time_of($3)"
      " WHERE conversion_id = $1::uuid AND status = 'converting'",
      binary(x.id.view()), failure, x.at.us);
  post(a, moves);
  return errc::none;
}

errc apply(attempt& a, const adopt_transfer& x) {
  if (!x.amount.is_positive()) return errc::invariant_violated;
  const auto id = adoption_of(x.place);
  const auto moves = moves_of(x);
  if (is_explained(a.tx, x.place.tx_hash, {})) return errc::duplicate;
  if (!claim(a, x.place, "adoption", id.view(), x.amount, x.at)) {
    const bool same = !a.tx.exec_params(
                               "SELECT 1 FROM claimed_transfers WHERE claimed_for ="
                               " 'adoption' AND subject = $1::uuid AND amount = $2"
                               " AND created_at = time_of($3)",
                               binary(id.view()), x.amount.micro, x.at.us)
                           .empty();
    return same ? a.replayed(moves) : errc::duplicate;
  }
  post(a, moves);
  note_action(a.tx, {x.by,
                     "adopt_transfer",
                     x.place.tx_hash.hex(),
                     {{"reason", x.reason},
                      {"amount", to_string(x.amount)},
                      {"from", x.from.hex()},
                      {"chain_id", std::to_string(x.place.chain_id)},
                      {"log_index", std::to_string(x.place.log_index)}},
                     x.at});
  return errc::none;
}

errc apply(attempt& a, const switch_work& x) {
  const std::string work{to_string(x.work)};
  const auto known = a.tx.exec_params(
      "SELECT 1 FROM work_switches WHERE work = $1 AND paused = $2 AND created_at = time_of($3)",
      work, x.paused, x.at.us);
  if (!known.empty()) return a.replayed();
  a.tx.exec_params0(
      "INSERT INTO work_switches (work, paused, ordered_by, reason, created_at)"
      " VALUES ($1, $2, $3, $4, time_of($5))",
      work, x.paused, clean_text(x.by), clean_text(x.reason), x.at.us);
  note_action(a.tx,
              {x.by, (x.paused ? "pause_" : "resume_") + work, work, {{"reason", x.reason}}, x.at});
  return errc::none;
}

}  // namespace headroom::persistence
