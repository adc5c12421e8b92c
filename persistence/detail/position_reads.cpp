#include "persistence/detail/position_reads.hpp"

#include <algorithm>

#include "persistence/detail/cursor.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

constexpr std::uint32_t max_rows = 10'000;  // of lists without pages

const std::string select_positions =
    std::string{"SELECT "} + position_columns +
    "FROM positions p LEFT JOIN market_outcomes o ON o.token = p.token ";

const std::string select_one_sale =
    std::string{"SELECT "} + sale_columns + "FROM sales WHERE sale_id = $1::uuid";

std::optional<sale> one_sale(const pqxx::result& rows) {
  if (rows.empty()) return std::nullopt;
  return read_sale(rows.front());
}

/// A token is too long for a cursor; half of it names one position of a user as well.
using position_key = uuid<struct position_tag>;
constexpr const char* key_column = "substring(p.token FROM 17)";

position_key key_of(const uint256& token) {
  position_key out;
  std::copy(token.bytes.begin() + 16, token.bytes.end(), out.bytes.begin());
  return out;
}

std::vector<position> all_positions(const pqxx::result& rows) {
  std::vector<position> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(read_position(row));
  return out;
}

/// Tokens of open positions, each looked up in the index behind the one before. One that is sold
/// out is open too: its bets have a result to come.
constexpr const char* open_tokens = R"(
  WITH RECURSIVE open_tokens(token) AS (
    (SELECT token FROM positions WHERE result = 'none' ORDER BY token LIMIT 1)
    UNION ALL
    SELECT (SELECT p.token FROM positions p WHERE p.result = 'none' AND p.token > t.token
            ORDER BY p.token LIMIT 1)
    FROM open_tokens t WHERE t.token IS NOT NULL),
  held(token) AS (SELECT token FROM open_tokens WHERE token IS NOT NULL) )";

std::optional<record_market> read_market(pqxx::transaction_base& tx, const hash256& condition) {
  const auto rows = tx.exec_params(
      "SELECT m.neg_risk, m.question, us_of(m.created_at), o.token, o.name"
      " FROM markets m JOIN market_outcomes o USING (condition_id)"
      " WHERE m.condition_id = $1::bytea ORDER BY o.slot",
      binary(condition.view()));
  if (rows.empty()) return std::nullopt;
  record_market out;
  out.condition = condition;
  out.neg_risk = rows[0][0].as<bool>();
  out.question = rows[0][1].c_str();
  out.at = {read_int(rows[0][2])};
  for (const auto& row : rows) {
    out.tokens.push_back(read_fixed<uint256>(row[3]));
    out.outcomes.emplace_back(row[4].c_str());
  }
  return out;
}

std::vector<redemption> read_redemptions(pqxx::transaction_base& tx, const hash256& condition) {
  std::vector<redemption> out;
  for (const auto& row : tx.exec_params(std::string{"SELECT "} + redemption_columns +
                                            "FROM redemptions WHERE condition_id = $1::bytea"
                                            " ORDER BY created_at, operation_id",
                                        binary(condition.view())))
    out.push_back(read_redemption(row));
  return out;
}

}  // namespace

std::optional<position> read_position_of(pqxx::transaction_base& tx, const address& user,
                                         const uint256& token) {
  const auto rows =
      tx.exec_params(select_positions + "WHERE p.token = $1::bytea AND p.user_address = $2::bytea",
                     binary(token.view()), binary(user.view()));
  if (rows.empty()) return std::nullopt;
  return read_position(rows.front());
}

position_page read_positions(pqxx::transaction_base& tx, const position_filter& filter) {
  const auto from = cursor<position_key>::parse(filter.cursor);
  if (!from) return {};
  const auto limit = page_size(filter.limit);
  std::string where = "WHERE p.user_address = $1::bytea";
  if (filter.open_only) where += " AND p.result = 'none' AND p.shares + p.selling > 0";
  if (!from->first_page)
    where += std::string{" AND (p.updated_at, "} + key_column + ") < (time_of(" +
             std::to_string(from->created_at.us) + "), '\\x" + to_hex(from->id.view()) +
             "'::bytea)";
  position_page page;
  page.positions = all_positions(tx.exec_params(
      select_positions + where + " ORDER BY p.updated_at DESC, " + key_column + " DESC LIMIT $2",
      binary(filter.user.view()), limit + 1));
  if (page.positions.size() <= limit) return page;
  page.positions.resize(limit);
  const auto& last = page.positions.back();
  page.next_cursor = cursor<position_key>::text(last.updated_at, key_of(last.token));
  return page;
}

std::vector<position> read_unpaid(pqxx::transaction_base& tx, const hash256& condition,
                                  std::uint32_t limit) {
  // A bet that may still be filled would add to what was paid already. Of each outcome no more is
  // read than is answered.
  return all_positions(tx.exec_params(std::string{"SELECT "} + position_columns + R"(
       FROM market_outcomes o, LATERAL (
         SELECT * FROM positions
         WHERE token = o.token AND result = 'none' AND selling = 0
           AND (token, user_address) NOT IN (
             SELECT token, user_address FROM bets WHERE status = 'placing')
         ORDER BY user_address LIMIT $2) p
       WHERE o.condition_id = $1::bytea ORDER BY p.token, p.user_address LIMIT $2)",
                                      binary(condition.view()), std::min(limit, max_rows)));
}

std::vector<token_shares> read_shares_held(pqxx::transaction_base& tx, const uint256& after,
                                           std::uint32_t limit) {
  std::vector<token_shares> out;
  for (const auto& row :
       tx.exec_params("SELECT token, sum(shares + selling)::bigint FROM positions"
                      " WHERE result = 'none' AND token > $1::bytea GROUP BY token"
                      " HAVING sum(shares + selling) > 0 ORDER BY token LIMIT $2",
                      binary(after.view()), std::min(limit, max_rows)))
    out.push_back({read_fixed<uint256>(row[0]), {read_int(row[1])}});
  return out;
}

settlement_work read_settlement_work(pqxx::transaction_base& tx, const hash256& after,
                                     std::uint32_t limit) {
  limit = std::min(limit, max_rows);
  settlement_work out;
  for (const auto& row :
       tx.exec_params(std::string{open_tokens} +
                          "SELECT token FROM held h WHERE NOT EXISTS ("
                          "SELECT 1 FROM market_outcomes o WHERE o.token = h.token) LIMIT $1",
                      limit))
    out.unrecorded.push_back(read_fixed<uint256>(row[0]));
  for (const auto& row :
       tx.exec_params(std::string{open_tokens} +
                          "SELECT condition_id FROM ("
                          " SELECT o.condition_id FROM held JOIN market_outcomes o USING (token)"
                          " UNION SELECT condition_id FROM settlements WHERE status = 'open') c"
                          " WHERE condition_id > $1::bytea ORDER BY condition_id LIMIT $2",
                      binary(after.view()), limit))
    out.conditions.push_back(read_fixed<hash256>(row[0]));
  return out;
}

std::optional<settlement_view> read_settlement_view(pqxx::transaction_base& tx,
                                                    const hash256& condition) {
  auto market = read_market(tx, condition);
  if (!market) return std::nullopt;
  settlement_view out;
  out.market = std::move(*market);
  // One statement: what is paid and what is still owed are of one moment.
  const auto row = tx.exec_params1(std::string{R"(
      WITH mine AS (SELECT token, slot FROM market_outcomes WHERE condition_id = $1::bytea),
      unpaid AS (
        SELECT p.shares + p.selling AS shares, mine.slot FROM mine JOIN positions p USING (token)
        WHERE p.result = 'none')
      SELECT )"} + settlement_columns +
                                       R"(, (SELECT count(*) FROM unpaid),
        (SELECT sum(div(u.shares * numerators[u.slot + 1], denominator))::bigint FROM unpaid u),
        (SELECT count(*) FROM bets JOIN mine USING (token) WHERE bets.status = 'placing')
        + (SELECT count(*) FROM sales JOIN mine USING (token) WHERE sales.status = 'placing')
      FROM (SELECT $1::bytea AS condition_id) c LEFT JOIN settlements USING (condition_id))",
                                   binary(condition.view()));
  out.row.condition = condition;
  if (!row[3].is_null()) {
    out.row = read_settlement(row);
    out.row.redemptions = read_redemptions(tx, condition);
  }
  out.unpaid = read_int(row[9]);
  out.owed = {read_int(row[10])};
  out.at_venue = read_int(row[11]);
  return out;
}

std::optional<sale> select_sale(pqxx::transaction_base& tx, const sale_id& id) {
  return one_sale(tx.exec_params(select_one_sale, binary(id.view())));
}

std::optional<sale> lock_sale(pqxx::transaction_base& tx, const sale_id& id) {
  return one_sale(tx.exec_params(select_one_sale + " FOR UPDATE", binary(id.view())));
}

std::vector<sale> read_placing_sales(pqxx::transaction_base& tx, std::uint32_t limit) {
  std::vector<sale> out;
  for (const auto& row : tx.exec_params(
           std::string{"SELECT "} + sale_columns +
               "FROM sales WHERE status = 'placing' ORDER BY created_at, sale_id LIMIT $1",
           limit))
    out.push_back(read_sale(row));
  return out;
}

}  // namespace headroom::persistence
