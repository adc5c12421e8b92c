#include "persistence/detail/withdrawal_reads.hpp"

#include "persistence/detail/cursor.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

constexpr std::uint32_t max_rows = 10'000;  // of lists without pages

/// One with a transaction is `sent`. Until its end the hash is that of the newest one.
const std::string& select_withdrawals() {
  static const auto text =
      "SELECT w.withdrawal_id, w.user_address, w.to_address, w.amount, w.fee,"
      " CASE WHEN w.status = 'requested' AND EXISTS (SELECT 1 " +
      std::string{transfers_of_withdrawal} +
      ") THEN 'sent' ELSE w.status::text END, w.needs_approval, w.approved_by,"
      " coalesce(w.tx_hash, (SELECT o.tx_hash " +
      transfers_of_withdrawal +
      "ORDER BY o.created_at DESC, o.attempt DESC LIMIT 1)), w.failure, w.request_hash,"
      " us_of(w.created_at), us_of(w.updated_at), w.placed_by FROM withdrawals w ";
  return text;
}

withdrawal read_withdrawal(const pqxx::row& row) {
  withdrawal out;
  out.id = read_uuid<withdrawal_id>(row[0]);
  out.user = read_fixed<address>(row[1]);
  out.to = read_fixed<address>(row[2]);
  out.amount = {read_int(row[3])};
  out.fee = {read_int(row[4])};
  const auto status = parse_withdrawal_status(row[5].c_str());
  if (!status) throw std::runtime_error("unknown status in the database");
  out.status = *status;
  out.needs_approval = row[6].as<bool>();
  out.approved_by = row[7].c_str();
  out.tx_hash = read_fixed<hash256>(row[8]);
  out.failure = row[9].c_str();
  out.request_hash = read_fixed<hash256>(row[10]);
  out.created_at = {read_int(row[11])};
  out.updated_at = {read_int(row[12])};
  out.placed_by = row[13].c_str();
  return out;
}

std::vector<withdrawal> all_of(const pqxx::result& rows) {
  std::vector<withdrawal> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(read_withdrawal(row));
  return out;
}

std::optional<withdrawal> one_of(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return read_withdrawal(rows.front());
}

/// `sent` is no word of the table's.
std::string having_status(withdrawal_status s) {
  const auto sent = "EXISTS (SELECT 1 " + std::string{transfers_of_withdrawal} + ")";
  if (s == withdrawal_status::sent) return " AND w.status = 'requested' AND " + sent;
  if (s == withdrawal_status::requested) return " AND w.status = 'requested' AND NOT " + sent;
  return " AND w.status = '" + std::string{to_string(s)} + "'";
}

std::string where_of(const withdrawal_filter& f, const cursor<withdrawal_id>& from) {
  const auto time = [](timestamp t) { return "time_of(" + std::to_string(t.us) + ")"; };
  std::string out = "WHERE true";
  if (f.has_user) out += " AND w.user_address = '\\x" + to_hex(f.user.view()) + "'::bytea";
  if (f.has_status) out += having_status(f.status);
  if (f.created.since.is_set()) out += " AND w.created_at >= " + time(f.created.since);
  if (f.created.until.is_set()) out += " AND w.created_at < " + time(f.created.until);
  if (!from.first_page)
    out += " AND (w.created_at, w.withdrawal_id) < (" + time(from.created_at) + ", '" +
           from.id.text() + "'::uuid)";
  return out;
}

}  // namespace

std::optional<withdrawal> select_withdrawal(pqxx::transaction_base& tx, const withdrawal_id& id) {
  return one_of(
      tx.exec_params(select_withdrawals() + "WHERE w.withdrawal_id = $1::uuid", binary(id.view())));
}

std::optional<withdrawal> lock_withdrawal(pqxx::transaction_base& tx, const withdrawal_id& id) {
  // The outbox is read by a later statement: what was stored until the lock was given counts.
  const auto locked = tx.exec_params(
      "SELECT 1 FROM withdrawals WHERE withdrawal_id = $1::uuid FOR UPDATE", binary(id.view()));
  if (locked.empty()) return std::nullopt;
  return select_withdrawal(tx, id);
}

std::vector<withdrawal> read_open_withdrawals(pqxx::transaction_base& tx) {
  return all_of(
      tx.exec(select_withdrawals() +
              "WHERE w.status = 'requested' ORDER BY w.created_at, w.withdrawal_id LIMIT " +
              std::to_string(max_rows)));
}

withdrawal_page read_withdrawals(pqxx::transaction_base& tx, const withdrawal_filter& filter) {
  const auto from = cursor<withdrawal_id>::parse(filter.cursor);
  if (!from) return {};
  const auto limit = page_size(filter.limit);
  withdrawal_page page;
  page.withdrawals = all_of(tx.exec(select_withdrawals() + where_of(filter, *from) +
                                    " ORDER BY w.created_at DESC, w.withdrawal_id DESC LIMIT " +
                                    std::to_string(limit + 1)));
  if (page.withdrawals.size() <= limit) return page;
  page.withdrawals.resize(limit);
  const auto& last = page.withdrawals.back();
  page.next_cursor = cursor<withdrawal_id>::text(last.created_at, last.id);
  return page;
}

bool withdrawals_are_paused(pqxx::transaction_base& tx) {
  const auto rows = tx.exec("SELECT paused FROM withdrawal_switches ORDER BY id DESC LIMIT 1");
  return !rows.empty() && rows[0][0].as<bool>();
}

}  // namespace headroom::persistence
