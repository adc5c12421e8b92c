#include "persistence/detail/book.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

std::optional<deposit> find(attempt& a, const deposit_id& id) {
  const auto rows = a.tx.exec_params(
      std::string{"SELECT "} + deposit_columns + "FROM deposits WHERE deposit_id = $1::uuid",
      binary(id.view()));
  if (rows.empty()) return std::nullopt;
  return read_deposit(rows.front());
}

bool same_payment(const authorization& x, const authorization& y) {
  return x.chain_id == y.chain_id && x.token == y.token && x.from == y.from && x.nonce == y.nonce;
}

bool payment_taken(attempt& a, const authorization& x) {
  return !a.tx.exec_params(
                  "SELECT 1 FROM deposits WHERE chain_id = $1 AND token = $2::bytea"
                  " AND from_address = $3::bytea AND nonce = $4::bytea",
                  static_cast<std::int64_t>(x.chain_id), binary(x.token.view()),
                  binary(x.from.view()), binary(x.nonce.view()))
              .empty();
}

/// A key names one deposit of its payer. No stored key is all zeros, so a zero one finds nothing.
bool key_taken(attempt& a, const deposit& row) {
  if (row.idempotency_key.is_zero() && row.payment_identifier.is_zero()) return false;
  return !a.tx.exec_params(
                  "SELECT 1 FROM deposits WHERE user_address = $1::bytea"
                  " AND (idempotency_key = $2::bytea OR payment_identifier = $3::bytea)",
                  binary(row.user.view()), binary(row.idempotency_key.view()),
                  binary(row.payment_identifier.view()))
              .empty();
}

byte_view or_nothing(const hash256& key) {
  return key.view().first(key.is_zero() ? 0 : hash256::size);
}

}  // namespace

errc apply(attempt& a, const open_deposit& x) {
  const auto& row = x.row;
  const auto& payment = row.payment;
  if (const auto stored = find(a, row.id)) {
    const bool same = stored->user == row.user && stored->amount == row.amount &&
                      same_payment(stored->payment, payment);
    return same ? a.replayed() : errc::duplicate;
  }
  if (payment_taken(a, payment) || key_taken(a, row)) return errc::duplicate;
  if (row.fee.micro < 0 || row.fee >= row.amount) return errc::invariant_violated;
  a.tx.exec_params0(
      "INSERT INTO deposits (deposit_id, user_address, amount, chain_id, token, from_address,"
      " to_address, value, valid_after, valid_before, nonce, signature, x402_version,"
      " created_at, updated_at, idempotency_key, payment_identifier, fee)"
      " VALUES ($1::uuid, $2::bytea, $3, $4, $5::bytea, $6::bytea,"
      " $7::bytea, $8, $9, $10, $11::bytea, $12::bytea, $13, time_of($14), time_of($14),"
      " NULLIF($15::bytea, ''), NULLIF($16::bytea, ''), $17)",
      binary(row.id.view()), binary(row.user.view()), row.amount.micro,
      static_cast<std::int64_t>(payment.chain_id), binary(payment.token.view()),
      binary(payment.from.view()), binary(payment.to.view()), payment.value.micro,
      payment.valid_after, payment.valid_before, binary(payment.nonce.view()),
      binary(payment.signature), static_cast<int>(row.x402_version), row.created_at.us,
      binary(or_nothing(row.idempotency_key)), binary(or_nothing(row.payment_identifier)),
      row.fee.micro);
  return errc::none;
}

errc apply(attempt& a, const settle_deposit& x) {
  const auto stored = find(a, x.id);
  if (!stored) return errc::invariant_violated;
  if (stored->status != deposit_status::settling) {
    const bool paid = stored->status != deposit_status::failed || stored->credited_at.is_set();
    const bool same = stored->tx_hash == x.tx_hash && stored->log_index == x.log_index;
    return paid && same ? a.replayed() : errc::invariant_violated;
  }
  if (x.log_index > INT64_MAX) return errc::invariant_violated;
  a.tx.exec_params0(
      "UPDATE deposits SET status = 'pending', tx_hash = $2::bytea, log_index = $3,"
      " updated_at = time_of($4)"
      " WHERE deposit_id = $1::uuid",
      binary(x.id.view()), binary(x.tx_hash.view()), static_cast<std::int64_t>(x.log_index),
      x.at.us);
  return errc::none;
}

errc apply(attempt& a, const fail_deposit& x) {
  const auto stored = find(a, x.id);
  if (!stored) return errc::invariant_violated;
  if (stored->status == deposit_status::failed && !stored->credited_at.is_set())
    return a.replayed();
  if (stored->status != deposit_status::settling) return errc::invariant_violated;
  a.tx.exec_params0(
      "UPDATE deposits SET status = 'failed', failure = $2, updated_at = time_of($3)"
      " WHERE deposit_id = $1::uuid",
      binary(x.id.view()), clean_text(x.failure), x.at.us);
  return errc::none;
}

errc apply(attempt& a, const credit_deposit& x) {
  const auto stored = find(a, x.id);
  if (!stored || stored->user != x.user || stored->amount != x.amount || stored->fee != x.fee)
    return errc::invariant_violated;
  const auto moves = moves_of(x);
  if (stored->credited_at.is_set()) return a.replayed(moves);
  if (stored->status != deposit_status::pending || !x.at.is_set()) return errc::invariant_violated;
  a.tx.exec_params0(
      "UPDATE deposits SET status = 'converting', credited_at = time_of($2),"
      " updated_at = time_of($2) WHERE deposit_id = $1::uuid",
      binary(x.id.view()), x.at.us);
  post(a, moves);
  return errc::none;
}

}  // namespace headroom::persistence
