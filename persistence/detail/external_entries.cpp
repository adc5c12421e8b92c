#include "domain/operation_purpose.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

/// The words as the books keep them, so that a repeat is one.
external_operation as_kept(external_operation row) {
  for (auto* text : {&row.service, &row.purpose, &row.remote_id, &row.detail})
    *text = clean_text(*text);
  return row;
}

/// NULL while it is not known.
pqxx::binarystring known(const hash256& hash) {
  return binary(hash.view().first(hash.is_zero() ? 0 : hash256::size));
}

/// Refused by an index when another one of the account is open, and by a trigger when it is of a
/// conversion that may not send.
errc insert(attempt& a, const external_operation& row) {
  if (row.status != external_status::stored || row.sequence > INT64_MAX)
    return errc::invariant_violated;
  const byte_view request{reinterpret_cast<const std::uint8_t*>(row.request.data()),
                          row.request.size()};
  const auto purpose = parse_purpose(row.purpose);
  a.tx.exec_params0(
      "INSERT INTO external_operations (operation_id, service, account, sequence, request_hash,"
      " request, give_up_at, purpose, remote_id, tx_hash, detail, created_at, updated_at,"
      " conversion_id) VALUES ($1::uuid, $2, $3::bytea, $4, $5::bytea, $6::bytea, time_of($7), $8,"
      " $9, NULLIF($10::bytea, ''), $11, time_of($12), time_of($13), (SELECT c.conversion_id FROM"
      " conversions c WHERE c.conversion_id = NULLIF($14::text, '')::uuid))",
      binary(row.id.view()), row.service, binary(row.account.view()),
      static_cast<std::int64_t>(row.sequence), binary(row.request_hash.view()), binary(request),
      row.give_up_at.us, purpose.word, row.remote_id, known(row.tx_hash), row.detail,
      row.created_at.us, row.updated_at.us, purpose.of ? purpose.of->text() : "");
  return errc::none;
}

errc take_over(attempt& a, const external_operation& row) {
  a.tx.exec_params1(
      "UPDATE external_operations SET status = $2, remote_id = $3,"
      " tx_hash = NULLIF($4::bytea, ''), detail = $5, updated_at = time_of($6)"
      " WHERE operation_id = $1::uuid RETURNING 1",
      binary(row.id.view()), static_cast<int>(row.status), row.remote_id, known(row.tx_hash),
      row.detail, row.updated_at.us);
  return errc::none;
}

}  // namespace

errc apply(attempt& a, const record_external& x) {
  const auto row = as_kept(x.row);
  const auto found = a.tx.exec_params(std::string{"SELECT "} + external_columns +
                                          "FROM external_operations WHERE operation_id = $1::uuid",
                                      binary(row.id.view()));
  if (found.empty()) return insert(a, row);
  switch (news_of(row, read_external(found.front()))) {
    case external_news::nothing: return a.replayed();
    case external_news::onward: return take_over(a, row);
    case external_news::other_request: return errc::duplicate;
    case external_news::other_end: break;
  }
  return errc::invariant_violated;
}

}  // namespace headroom::persistence
