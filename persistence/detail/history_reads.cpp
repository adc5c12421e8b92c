#include "persistence/detail/history_reads.hpp"

#include "persistence/detail/cursor.hpp"
#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/position_reads.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"
#include "persistence/detail/withdrawal_reads.hpp"

namespace headroom::persistence {
namespace {

constexpr std::uint32_t most_open = 20;
constexpr std::uint32_t looked_at = 200;  // of a user's newest bets, for those that are open

/// One table's part: as many rows as the page has, by the table's own index.
struct part {
  history_kind kind;
  const char* at;
  const char* id;
  std::string columns;  // status, amount, token, tx_hash
  const char* from;
};

std::vector<part> parts() {
  const auto sent = "EXISTS (SELECT 1 " + std::string{transfers_of_withdrawal} + ")";
  return {
      {history_kind::deposit, "created_at", "deposit_id",
       "status::text, CASE WHEN credited_at IS NULL THEN 0 ELSE amount - fee END, NULL::bytea, "
       "tx_hash",
       "deposits WHERE user_address = $1::bytea"},
      {history_kind::bet, "created_at", "bet_id",
       // What was charged above its amount is the house's.
       "status::text, refunded - amount, token, NULL::bytea",
       "bets WHERE user_address = $1::bytea"},
      {history_kind::sale, "created_at", "sale_id",
       "CASE status WHEN 'sold' THEN 'filled' ELSE status::text END, proceeds - fee, token,"
       " NULL::bytea",
       "sales WHERE user_address = $1::bytea"},
      // The half of a token that names a user's position: as in read_positions.
      {history_kind::payout, "settled_at", "encode(substring(token FROM 17), 'hex')::uuid",
       "'settled', payout, token, NULL::bytea",
       "positions WHERE user_address = $1::bytea AND result <> 'none'"},
      {history_kind::withdrawal, "created_at", "withdrawal_id",
       "CASE WHEN w.status = 'requested' AND " + sent +
           " THEN 'sent' ELSE w.status::text END, CASE w.status WHEN 'failed' THEN 0 ELSE -amount "
           "END,"
           " NULL::bytea, tx_hash",
       "withdrawals w WHERE user_address = $1::bytea"},
  };
}

using any_id = uuid<struct history_tag>;

std::string union_of_parts(const cursor<any_id>& from, std::uint32_t rows) {
  std::string out;
  for (const auto& p : parts()) {
    const std::string id{p.id};
    out += (out.empty() ? "(SELECT " : " UNION ALL (SELECT ") + std::string{p.at} + " AS at, " +
           number_sql(p.kind) + " AS kind, " + id + " AS id, " + p.columns + " FROM " + p.from;
    if (!from.first_page)
      out += std::string{" AND ("} + p.at + ", " + id + ") < (time_of(" +
             std::to_string(from.created_at.us) + "), '" + from.id.text() + "'::uuid)";
    out += std::string{" ORDER BY "} + p.at + " DESC, " + id + " DESC LIMIT " +
           std::to_string(rows) + ")";
  }
  return out;
}

history_entry read_entry(const pqxx::row& row) {
  history_entry out;
  out.at = {read_int(row[0])};
  out.kind = static_cast<history_kind>(read_int(row[1]));
  out.id = read_uuid<any_id>(row[2]).text();
  out.status = row[3].c_str();
  out.amount = {read_int(row[4])};
  out.token = read_fixed<uint256>(row[5]);
  out.tx_hash = read_fixed<hash256>(row[6]);
  out.condition = read_fixed<hash256>(row[7]);
  if (!row[8].is_null()) out.outcome = row[8].c_str();
  if (!row[9].is_null()) out.question = row[9].c_str();
  return out;
}

}  // namespace

history_page read_history(pqxx::transaction_base& tx, const history_filter& filter) {
  const auto from = cursor<any_id>::parse(filter.cursor);
  if (!from) return {};
  const auto limit = page_size(filter.limit);
  const auto rows = tx.exec_params(
      "SELECT us_of(h.at), h.kind, h.id, h.status, h.amount, h.token, h.tx_hash, o.condition_id,"
      " o.name, m.question FROM (SELECT * FROM (" +
          union_of_parts(*from, limit + 1) +
          ") all_parts(at, kind, id, status, amount, token, tx_hash) ORDER BY at DESC, id DESC"
          " LIMIT $2) h LEFT JOIN market_outcomes o ON o.token = h.token"
          " LEFT JOIN markets m ON m.condition_id = o.condition_id"
          " ORDER BY h.at DESC, h.id DESC",
      binary(filter.user.view()), limit + 1);
  history_page page;
  for (const auto& row : rows) page.entries.push_back(read_entry(row));
  if (page.entries.size() <= limit) return page;
  page.entries.resize(limit);
  const auto& last = page.entries.back();
  page.next_cursor = cursor<any_id>::text(last.at, any_id::parse(last.id).value());
  return page;
}

user_holdings read_holdings(pqxx::transaction_base& tx, const address& user) {
  const auto who = binary(user.view());
  user_holdings out;
  const auto sums = tx.exec_params1(
      "SELECT (SELECT coalesce(sum(amount), 0)::bigint FROM bets"
      " WHERE status = 'placing' AND user_address = $1::bytea)"
      " + (SELECT coalesce(sum(cost), 0)::bigint FROM positions"
      " WHERE user_address = $1::bytea AND result = 'none' AND shares + selling > 0)",
      who);
  out.in_bets = {read_int(sums[0])};
  for (const auto& row : tx.exec_params(
           std::string{"SELECT "} + bet_columns +
               "FROM (SELECT * FROM bets WHERE user_address = $1::bytea"
               " ORDER BY created_at DESC, bet_id DESC LIMIT $2) newest"
               " WHERE status IN ('placing', 'filled') ORDER BY created_at DESC, bet_id DESC"
               " LIMIT $3",
           who, looked_at, most_open))
    out.open.push_back(read_bet(row));
  for (const auto& row :
       tx.exec_params(std::string{"SELECT "} + deposit_columns +
                          "FROM (SELECT * FROM deposits WHERE user_address = $1::bytea"
                          " ORDER BY created_at DESC, deposit_id DESC LIMIT $2) deposits"
                          " WHERE status IN ('settling', 'pending', 'converting')"
                          " ORDER BY created_at DESC, deposit_id DESC LIMIT $3",
                      who, looked_at, most_open))
    out.deposits.push_back(read_deposit(row));
  position_filter open_ones{user};
  open_ones.open_only = true;
  open_ones.limit = most_open;
  out.positions = read_positions(tx, open_ones).positions;
  return out;
}

}  // namespace headroom::persistence
