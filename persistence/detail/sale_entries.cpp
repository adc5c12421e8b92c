#include "persistence/detail/book.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/position_reads.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

/// The sale's story has this end already.
bool finished_so(const sale& stored, const finish_sale& x) {
  return stored.status == x.status && stored.user == x.user && stored.sold == x.sold &&
         stored.proceeds == x.proceeds && stored.fee == x.fee;
}

/// A sale that failed sold nothing; one that sold something sold no more than was offered.
bool is_possible(const sale& offered, const finish_sale& x) {
  if (x.status == sale_status::failed)
    return x.sold.micro == 0 && x.proceeds.is_zero() && x.fee.is_zero();
  return x.status == sale_status::sold && x.sold.micro > 0 && x.sold <= offered.shares &&
         x.fee.micro >= 0 && x.fee <= x.proceeds;
}

}  // namespace

errc apply(attempt& a, const accept_sale& x) {
  const auto& row = x.row;
  if (const auto stored = select_sale(a.tx, row.id)) {
    const bool same = stored->order_hash == row.order_hash && stored->user == row.user &&
                      stored->token == row.token && stored->shares == row.shares;
    return same ? a.replayed() : errc::duplicate;
  }
  if (row.shares.micro <= 0) return errc::invariant_violated;
  const auto offered = a.tx.exec_params(
      "UPDATE positions SET shares = shares - $3, selling = selling + $3,"
      " updated_at = greatest(updated_at, time_of($4))"
      " WHERE token = $1::bytea AND user_address = $2::bytea AND result = 'none' AND shares >= $3",
      binary(row.token.view()), binary(row.user.view()), row.shares.micro, row.created_at.us);
  if (offered.affected_rows() == 0) return errc::insufficient_shares;
  a.tx.exec_params0(
      "INSERT INTO sales (sale_id, user_address, token, shares, min_price, request_hash,"
      " order_hash, signed_order, deadline, created_at, updated_at, placed_by)"
      " VALUES ($1::uuid, $2::bytea, $3::bytea, $4, $5, $6::bytea, $7::bytea, $8::bytea,"
      " time_of($9), time_of($10), time_of($10), $11)",
      binary(row.id.view()), binary(row.user.view()), binary(row.token.view()), row.shares.micro,
      row.min_price.micro, binary(row.request_hash.view()), binary(row.order_hash.view()),
      binary(row.signed_order), row.deadline.us, row.created_at.us, clean_text(row.placed_by));
  return errc::none;
}

errc apply(attempt& a, const finish_sale& x) {
  const auto stored = lock_sale(a.tx, x.id);
  if (!stored || stored->user != x.user) return errc::invariant_violated;
  const auto moves = moves_of(x);
  if (stored->status != sale_status::placing)
    return finished_so(*stored, x) ? a.replayed(moves) : errc::invariant_violated;
  if (!is_possible(*stored, x)) return errc::invariant_violated;
  const auto held = a.tx.exec_params1(
      "SELECT shares + selling, cost FROM positions"
      " WHERE token = $1::bytea AND user_address = $2::bytea FOR UPDATE",
      binary(stored->token.view()), binary(x.user.view()));
  const auto gone = cost_of_sold({read_int(held[1])}, x.sold, {read_int(held[0])});
  a.tx.exec_params1(
      "UPDATE positions SET shares = shares + $3::bigint - $4::bigint, selling = selling - $3,"
      " cost = cost - $5, updated_at = greatest(updated_at, time_of($6))"
      " WHERE token = $1::bytea AND user_address = $2::bytea RETURNING 1",
      binary(stored->token.view()), binary(x.user.view()), stored->shares.micro, x.sold.micro,
      gone.micro, x.at.us);
  a.tx.exec_params1(
      "UPDATE sales SET status = $2::sale_status, sold = $3, proceeds = $4, fee = $5, cost = $6,"
      " failure = $7, updated_at = time_of($8) WHERE sale_id = $1::uuid RETURNING 1",
      binary(x.id.view()), std::string{to_string(x.status)}, x.sold.micro, x.proceeds.micro,
      x.fee.micro, gone.micro, clean_text(x.failure), x.at.us);
  post(a, moves);
  return errc::none;
}

}  // namespace headroom::persistence
