#include "persistence/pg_reader.hpp"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <map>
#include <span>

#include "domain/moving_parts.hpp"
#include "persistence/detail/conversion_reads.hpp"
#include "persistence/detail/cursor.hpp"
#include "persistence/detail/delegation_reads.hpp"
#include "persistence/detail/history_reads.hpp"
#include "persistence/detail/ledger_sql.hpp"
#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/position_reads.hpp"
#include "persistence/detail/pricing_reads.hpp"
#include "persistence/detail/reader_session.hpp"
#include "persistence/detail/repair_reads.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/session_holder.hpp"
#include "persistence/detail/wire.hpp"
#include "persistence/detail/withdrawal_reads.hpp"

namespace headroom::persistence {
namespace {

constexpr std::uint32_t max_rows = 10'000;  // of lists without pages

/// All rows of an answer through their reader.
template <class Row>
std::vector<Row> all(const pqxx::result& rows, Row (*read)(const pqxx::row&)) {
  std::vector<Row> out;
  out.reserve(rows.size());
  for (const auto& row : rows) out.push_back(read(row));
  return out;
}

template <class Row>
std::optional<Row> at_most_one(const pqxx::result& rows, Row (*read)(const pqxx::row&)) {
  if (rows.empty()) return std::nullopt;
  return read(rows.front());
}

/// Keeps `limit` rows; one more was asked for to know whether there is a next page.
template <class Row>
std::string cut_page(std::vector<Row>& rows, std::size_t limit) {
  if (rows.size() <= limit) return "";
  rows.resize(limit);
  return cursor<decltype(Row::id)>::text(rows.back().created_at, rows.back().id);
}

/// Only what comes after `from` in a list of the newest first.
template <class Id>
std::string before(const cursor<Id>& from, const std::string& id_column) {
  if (from.first_page) return "";
  return " AND (created_at, " + id_column + ") < (time_of(" + std::to_string(from.created_at.us) +
         "), '" + from.id.text() + "'::uuid)";
}

std::string created_in(const time_window& w) {
  std::string out;
  if (w.since.is_set()) out += " AND created_at >= time_of(" + std::to_string(w.since.us) + ")";
  if (w.until.is_set()) out += " AND created_at < time_of(" + std::to_string(w.until.us) + ")";
  return out;
}

const std::string select_bets = std::string{"SELECT "} + bet_columns + "FROM bets ";
const std::string select_deposits = std::string{"SELECT "} + deposit_columns + "FROM deposits ";
const std::string select_conversions =
    std::string{"SELECT "} + conversion_columns + "FROM conversions ";
const std::string select_running = select_conversions +
                                   "WHERE status = 'running' ORDER BY created_at LIMIT " +
                                   std::to_string(max_rows);
const std::string select_operations =
    std::string{"SELECT "} + operation_columns + "FROM chain_operations ";

const std::string select_externals =
    std::string{"SELECT "} + external_columns + "FROM external_operations ";

/// Puts every transaction of every step beside it.
void add_transactions(pqxx::transaction_base& tx, std::span<conversion> rows) {
  wire_array wanted{wire_array::element::uuid};
  bool any = false;
  for (const auto& c : rows)
    for (const auto& s : c.steps)
      for (const auto& id : s.operations) {
        wanted.push(id.view());
        any = true;
      }
  if (!any) return;
  std::map<operation_id, std::vector<chain_operation>> found;
  for (auto& op : all(tx.exec_params(select_operations + "WHERE operation_id = ANY ($1::uuid[])"
                                                         " ORDER BY attempt",
                                     wanted.parameter()),
                      read_operation))
    found[op.id].push_back(std::move(op));
  for (auto& c : rows)
    for (auto& s : c.steps)
      for (const auto& id : s.operations)
        for (const auto& op : found[id]) s.transactions.push_back(op);
}

std::vector<deposit> deposits_where(pqxx::transaction_base& tx, const std::string& condition,
                                    std::uint32_t limit) {
  return all(tx.exec_params(select_deposits + "WHERE " + condition +
                                " ORDER BY created_at, deposit_id LIMIT $1",
                            std::min(limit, max_rows)),
             read_deposit);
}

}  // namespace

/// What reads on its session.
class pg_reader::link {
 public:
  explicit link(reader_settings settings)
      : session_{[settings = std::move(settings)] {
          return open_reader(settings, "headroom reader");
        }} {}

  /// Runs `read` in one transaction. A session that turns out to be lost may just have been idle
  /// while PostgreSQL restarted, so a new one is tried once.
  template <class Read>
  auto run(Read read) -> std::optional<decltype(read(std::declval<pqxx::transaction_base&>()))> {
    const bool had_session = session_.is_open();
    for (int tries = had_session ? 2 : 1; tries > 0; --tries) {
      try {
        pqxx::read_transaction tx{session_.get()};
        auto out = read(tx);
        tx.commit();
        return out;
      } catch (const std::exception& e) {
        if (session_.may_say("failed")) spdlog::warn("reader.failed reason=\"{}\"", e.what());
        session_.drop();
        if (dynamic_cast<const pqxx::broken_connection*>(&e) == nullptr) break;
      }
    }
    return std::nullopt;
  }

 private:
  session_holder session_;
};

pg_reader::pg_reader(reader_settings settings)
    : backing_{settings.backing}, link_{std::make_unique<link>(std::move(settings))} {}

pg_reader::~pg_reader() = default;

std::optional<std::optional<bet>> pg_reader::find_bet(const bet_id& id) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return at_most_one(tx.exec_params(select_bets + "WHERE bet_id = $1::uuid", binary(id.view())),
                       read_bet);
  });
}

std::optional<std::optional<bet>> pg_reader::find_promise(const bet_id& id) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return at_most_one(tx.exec_params(std::string{"SELECT "} + promise_columns +
                                          "FROM bet_promises WHERE bet_id = $1::uuid",
                                      binary(id.view())),
                       read_bet);
  });
}

std::optional<balance_row> pg_reader::find_balance(const address& user) {
  return link_->run([&](pqxx::transaction_base& tx) {
    const auto rows =
        tx.exec_params("SELECT balance, version FROM balances WHERE user_address = $1::bytea",
                       binary(user.view()));
    if (rows.empty()) return balance_row{user, {}, 0};
    return balance_row{user, {read_int(rows[0][0])}, read_int(rows[0][1])};
  });
}

std::optional<bet_page> pg_reader::list_bets(const bet_filter& filter) {
  const auto from = cursor<bet_id>::parse(filter.cursor);
  if (!from) return bet_page{};
  const auto limit = page_size(filter.limit);
  std::string where = "WHERE true";
  if (filter.has_user)
    where += " AND user_address = '\\x" + to_hex(filter.user.view()) + "'::bytea";
  if (filter.has_status) where += " AND status = '" + std::string{to_string(filter.status)} + "'";
  if (filter.has_token) where += " AND token = '\\x" + to_hex(filter.token.bytes) + "'::bytea";
  where += created_in(filter.created) + before(*from, "bet_id");
  return link_->run([&](pqxx::transaction_base& tx) {
    bet_page page;
    page.bets = all(tx.exec(select_bets + where + " ORDER BY created_at DESC, bet_id DESC LIMIT " +
                            std::to_string(limit + 1)),
                    read_bet);
    page.next_cursor = cut_page(page.bets, limit);
    return page;
  });
}

std::optional<std::optional<deposit>> pg_reader::find_deposit(const deposit_id& id) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return at_most_one(
        tx.exec_params(select_deposits + "WHERE deposit_id = $1::uuid", binary(id.view())),
        read_deposit);
  });
}

std::optional<std::optional<deposit>> pg_reader::find_deposit_by_payment(
    const authorization& payment) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return at_most_one(
        tx.exec_params(select_deposits + "WHERE chain_id = $1 AND token = $2::bytea"
                                         " AND from_address = $3::bytea AND nonce = $4::bytea",
                       static_cast<std::int64_t>(payment.chain_id), binary(payment.token.view()),
                       binary(payment.from.view()), binary(payment.nonce.view())),
        read_deposit);
  });
}

/// No stored key is all zeros, so a zero one finds nothing.
std::optional<std::optional<deposit>> pg_reader::find_deposit_by_keys(
    const address& user, const hash256& idempotency_key, const hash256& payment_identifier) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return at_most_one(
        tx.exec_params(
            select_deposits + "WHERE user_address = $1::bytea AND (idempotency_key = $2::bytea"
                              " OR payment_identifier = $3::bytea)"
                              " ORDER BY idempotency_key = $2::bytea DESC NULLS LAST LIMIT 1",
            binary(user.view()), binary(idempotency_key.view()), binary(payment_identifier.view())),
        read_deposit);
  });
}

std::optional<deposit_page> pg_reader::list_deposits(const deposit_filter& filter) {
  const auto from = cursor<deposit_id>::parse(filter.cursor);
  if (!from) return deposit_page{};
  const auto limit = page_size(filter.limit);
  auto where = "WHERE user_address = '\\x" + to_hex(filter.user.view()) + "'::bytea";
  if (filter.has_status) where += " AND status = '" + std::string{to_string(filter.status)} + "'";
  where += created_in(filter.created) + before(*from, "deposit_id");
  return link_->run([&](pqxx::transaction_base& tx) {
    deposit_page page;
    page.deposits =
        all(tx.exec(select_deposits + where + " ORDER BY created_at DESC, deposit_id DESC LIMIT " +
                    std::to_string(limit + 1)),
            read_deposit);
    page.next_cursor = cut_page(page.deposits, limit);
    return page;
  });
}

std::optional<money_on_its_way> pg_reader::on_its_way(const address& user) {
  const std::string theirs =
      "WHERE user_address = $1::bytea AND status IN ('settling', 'pending') ";
  return link_->run([&](pqxx::transaction_base& tx) {
    const auto who = binary(user.view());
    money_on_its_way out;
    out.total = {read_int(
        tx.exec_params1("SELECT sum(amount - fee)::bigint FROM deposits " + theirs, who)[0])};
    out.deposits = all(tx.exec_params(select_deposits + theirs +
                                          "ORDER BY created_at DESC, deposit_id DESC LIMIT $2",
                                      who, page_size(UINT32_MAX)),
                       read_deposit);
    return out;
  });
}

std::optional<std::vector<deposit>> pg_reader::deposits_to_credit(std::uint32_t limit) {
  return link_->run(
      [&](pqxx::transaction_base& tx) { return deposits_where(tx, "status = 'pending'", limit); });
}

std::optional<std::vector<deposit>> pg_reader::deposits_to_convert(std::uint32_t limit) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(tx.exec_params(select_deposits +
                                  "WHERE deposit_id IN (SELECT deposit_id FROM (SELECT deposit_id,"
                                  " row_number() OVER (PARTITION BY chain_id, token"
                                  " ORDER BY created_at, deposit_id) AS n FROM deposits"
                                  " WHERE status = 'converting' AND conversion_id IS NULL) waiting"
                                  " WHERE n <= $1) ORDER BY created_at, deposit_id LIMIT $2",
                              std::min(limit, max_rows), max_rows),
               read_deposit);
  });
}

std::optional<std::optional<conversion>> pg_reader::find_conversion(const conversion_id& id) {
  return link_->run([&](pqxx::transaction_base& tx) {
    auto row = at_most_one(
        tx.exec_params(select_conversions + "WHERE conversion_id = $1::uuid", binary(id.view())),
        read_conversion);
    if (row) add_transactions(tx, {&*row, 1});
    if (row) add_orders(tx, {&*row, 1});
    return row;
  });
}

bool pg_reader::is_cursor(const std::string& text) const {
  return cursor<conversion_id>::parse(text).has_value();  // one form for all lists
}

std::optional<conversion_page> pg_reader::list_conversions(const std::string& cursor_text,
                                                           std::uint32_t limit) {
  const auto from = cursor<conversion_id>::parse(cursor_text);
  if (!from) return conversion_page{};
  limit = page_size(limit);
  const auto where = "WHERE true" + before(*from, "conversion_id");
  return link_->run([&](pqxx::transaction_base& tx) {
    conversion_page page;
    page.conversions = all(
        tx.exec(select_conversions + where +
                " ORDER BY created_at DESC, conversion_id DESC LIMIT " + std::to_string(limit + 1)),
        read_conversion);
    page.next_cursor = cut_page(page.conversions, limit);
    add_transactions(tx, page.conversions);
    add_orders(tx, page.conversions);
    return page;
  });
}

std::optional<std::vector<conversion>> pg_reader::running_conversions() {
  return link_->run([&](pqxx::transaction_base& tx) {
    auto rows = all(tx.exec(select_running), read_conversion);
    add_orders(tx, rows);
    return rows;
  });
}

std::optional<std::vector<conversion>> pg_reader::conversions_by_depth() {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(tx.exec(select_conversions +
                       "WHERE status = 'completed' AND by_depth ORDER BY completed_at LIMIT " +
                       std::to_string(max_rows)),
               read_conversion);
  });
}

std::optional<pricing_report> pg_reader::report_of_pricing(std::uint32_t days) {
  return link_->run([&](pqxx::transaction_base& tx) { return read_pricing(tx, days); });
}

std::optional<conversion_metrics> pg_reader::metrics_of_conversions() {
  return link_->run([](pqxx::transaction_base& tx) { return read_conversion_metrics(tx); });
}

std::optional<buffer_flows> pg_reader::flows_of_buffer() {
  return link_->run([](pqxx::transaction_base& tx) { return read_buffer_flows(tx); });
}

std::optional<trial_balance> pg_reader::trial() {
  return link_->run([&](pqxx::transaction_base& tx) {
    // Two statements, one snapshot. Nothing in them grows with the number of users.
    tx.exec0("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ");
    static const auto sql = numbered(R"(
      WITH a AS (SELECT account, balance FROM ledger_accounts),
      w AS (SELECT withdrawal_id, amount - fee AS paid FROM withdrawals WHERE status = 'requested')
      SELECT b.usdc_balance, (SELECT balance FROM a WHERE account = {account:reserve}),
             (SELECT balance FROM a WHERE account = {account:in_transit}),
             (SELECT sum(amount)::bigint FROM bets WHERE status = 'placing'), u.users,
             (SELECT balance FROM a WHERE account = {account:capital}),
             (SELECT balance FROM a WHERE account = {account:conversion_loss}),
             b.total_withdrawn, u.user_count,
             (SELECT sum(amount)::bigint FROM conversions WHERE status = 'running'),
             (SELECT balance FROM a WHERE account = {account:venue_loss}),
             (SELECT balance FROM a WHERE account = {account:revenue}),
             (SELECT sum(paid)::bigint FROM w), (SELECT sum(paid)::bigint FROM w WHERE EXISTS (SELECT 1 )" +
                                     std::string{transfers_of_withdrawal} +
                                     R"(AND o.status IN ('stored', 'confirmed'))),
             (SELECT sum(amount)::bigint FROM deposits WHERE status = 'converting' AND conversion_id IS NULL
              AND chain_id = $1 AND token = $2::bytea)
      FROM liquidity_buffer b, ledger_totals u)");
    const auto row = tx.exec_params1(sql, static_cast<std::int64_t>(backing_.chain_id),
                                     binary(backing_.token.view()));
    trial_balance out;
    out.buffer = {read_int(row[0])};
    out.reserve = {read_int(row[1])};
    out.in_transit = {read_int(row[2])};
    out.at_venue = {read_int(row[3])};
    out.users = {read_int(row[4])};
    out.capital = {read_int(row[5])};
    out.conversion_loss = {read_int(row[6])};
    out.wagered = {read_int(row[7])};
    out.user_count = read_int(row[8]);
    out.converting = {read_int(row[9])};
    out.venue_loss = {read_int(row[10])};
    out.revenue = {read_int(row[11])};
    out.outgoing = {read_int(row[12])};
    out.leaving = {read_int(row[13])};
    out.waits_here = {read_int(row[14])};
    for (const auto& c : all(tx.exec(select_running), read_conversion))
      for (auto& x : moneys_of(c, backing_)) out.moving.push_back(std::move(x));
    return out;
  });
}

std::optional<usdc> pg_reader::average_daily_volume() {
  return link_->run([&](pqxx::transaction_base& tx) {
    return usdc{read_int(tx.exec1(R"(
      WITH today AS (SELECT (now() AT TIME ZONE 'UTC')::date AS day)
      SELECT trunc(sum(v.amount) / (max(today.day) - least(min(v.day), max(today.day)) + 1))::bigint
      FROM bet_volume v, today WHERE v.day > today.day - 30)")[0])};
  });
}

std::optional<unfinished_work> pg_reader::unfinished(std::uint32_t bets, std::uint32_t deposits) {
  return link_->run([&](pqxx::transaction_base& tx) {
    unfinished_work out;
    out.placing_bets = all(
        tx.exec_params(
            select_bets + "WHERE status = 'placing' ORDER BY created_at, bet_id LIMIT $1", bets),
        read_bet);
    out.settling_deposits = deposits_where(tx, "status = 'settling'", deposits);
    out.placing_sales = read_placing_sales(tx, bets);
    out.open_withdrawals = read_open_withdrawals(tx);
    return out;
  });
}

std::optional<std::optional<sale>> pg_reader::find_sale(const sale_id& id) {
  return link_->run([&](pqxx::transaction_base& tx) { return select_sale(tx, id); });
}

std::optional<std::optional<withdrawal>> pg_reader::find_withdrawal(const withdrawal_id& id) {
  return link_->run([&](pqxx::transaction_base& tx) { return select_withdrawal(tx, id); });
}

std::optional<withdrawal_page> pg_reader::list_withdrawals(const withdrawal_filter& filter) {
  return link_->run([&](pqxx::transaction_base& tx) { return read_withdrawals(tx, filter); });
}

std::optional<bool> pg_reader::withdrawals_paused() {
  return link_->run([](pqxx::transaction_base& tx) { return withdrawals_are_paused(tx); });
}

std::optional<position_page> pg_reader::list_positions(const position_filter& filter) {
  return link_->run([&](pqxx::transaction_base& tx) { return read_positions(tx, filter); });
}

std::optional<std::optional<delegation>> pg_reader::find_delegation(const delegation_id& id) {
  return link_->run([&](pqxx::transaction_base& tx) { return select_delegation(tx, id); });
}

std::optional<std::vector<delegation>> pg_reader::list_delegations(const address& user) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(tx.exec_params(std::string{"SELECT "} + delegation_columns +
                                  "FROM delegations WHERE user_address = $1::bytea"
                                  " ORDER BY (revoked_at IS NULL AND expires_at > now()) DESC,"
                                  " created_at DESC, delegation_id DESC LIMIT 50",
                              binary(user.view())),
               read_delegation);
  });
}

std::optional<user_holdings> pg_reader::find_holdings(const address& user) {
  return link_->run([&](pqxx::transaction_base& tx) { return read_holdings(tx, user); });
}

std::optional<history_page> pg_reader::list_history(const history_filter& filter) {
  return link_->run([&](pqxx::transaction_base& tx) { return read_history(tx, filter); });
}

std::optional<std::optional<position>> pg_reader::find_position(const address& user,
                                                                const uint256& token) {
  return link_->run([&](pqxx::transaction_base& tx) { return read_position_of(tx, user, token); });
}

std::optional<settlement_work> pg_reader::work_of_settlements(const hash256& after,
                                                              std::uint32_t limit) {
  return link_->run(
      [&](pqxx::transaction_base& tx) { return read_settlement_work(tx, after, limit); });
}

std::optional<std::optional<settlement_view>> pg_reader::find_settlement(const hash256& condition) {
  return link_->run(
      [&](pqxx::transaction_base& tx) { return read_settlement_view(tx, condition); });
}

std::optional<std::vector<position>> pg_reader::positions_to_pay(const hash256& condition,
                                                                 std::uint32_t limit) {
  return link_->run([&](pqxx::transaction_base& tx) { return read_unpaid(tx, condition, limit); });
}

std::optional<std::vector<token_shares>> pg_reader::shares_held(const uint256& after,
                                                                std::uint32_t limit) {
  return link_->run([&](pqxx::transaction_base& tx) { return read_shares_held(tx, after, limit); });
}

std::optional<std::vector<chain_operation>> pg_reader::open_operations(std::uint64_t chain_id,
                                                                       const address& account) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(tx.exec_params(select_operations + "WHERE chain_id = $1 AND account = $2::bytea"
                                                  " AND status = 'stored' ORDER BY nonce, attempt",
                              static_cast<std::int64_t>(chain_id), binary(account.view())),
               read_operation);
  });
}

std::optional<std::vector<chain_operation>> pg_reader::find_operation(const operation_id& id) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(tx.exec_params(select_operations + "WHERE operation_id = $1::uuid ORDER BY attempt",
                              binary(id.view())),
               read_operation);
  });
}

std::optional<std::vector<chain_operation>> pg_reader::operations_from(std::uint64_t chain_id,
                                                                       const address& account,
                                                                       std::uint64_t from,
                                                                       std::uint32_t limit) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(
        tx.exec_params(select_operations + "WHERE chain_id = $1 AND account = $2::bytea"
                                           " AND nonce >= $3 ORDER BY nonce, attempt LIMIT $4",
                       static_cast<std::int64_t>(chain_id), binary(account.view()),
                       static_cast<std::int64_t>(std::min<std::uint64_t>(from, INT64_MAX)),
                       static_cast<std::int64_t>(limit)),
        read_operation);
  });
}

std::optional<std::vector<chain_operation>> pg_reader::operations_of(
    std::span<const hash256> transactions) {
  return link_->run([&](pqxx::transaction_base& tx) {
    std::vector<chain_operation> out;
    for (const auto& hash : transactions)
      for (auto& row :
           all(tx.exec_params(select_operations + "WHERE tx_hash = $1::bytea", binary(hash.view())),
               read_operation))
        out.push_back(std::move(row));
    return out;
  });
}

std::optional<std::uint64_t> pg_reader::next_nonce(std::uint64_t chain_id, const address& account) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return static_cast<std::uint64_t>(
        read_int(tx.exec_params1("SELECT max(nonce) + 1 FROM chain_operations"
                                 " WHERE chain_id = $1 AND account = $2::bytea",
                                 static_cast<std::int64_t>(chain_id), binary(account.view()))[0]));
  });
}

std::optional<std::vector<external_operation>> pg_reader::find_external(const operation_id& id) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(
        tx.exec_params(select_externals + "WHERE operation_id = $1::uuid", binary(id.view())),
        read_external);
  });
}

std::optional<std::vector<external_operation>> pg_reader::open_externals(const std::string& service,
                                                                         const address& account) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(
        tx.exec_params(select_externals + "WHERE service = $1 AND account = $2::bytea"
                                          " AND status IN (0, 1) ORDER BY created_at, operation_id",
                       service, binary(account.view())),
        read_external);
  });
}

std::optional<std::vector<service_key>> pg_reader::active_keys() {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(tx.exec(std::string{"SELECT "} + key_columns +
                       "FROM service_keys WHERE revoked_at IS NULL ORDER BY created_at, id"),
               read_key);
  });
}

std::optional<std::vector<signed_session>> pg_reader::changed_sessions(std::int64_t after,
                                                                       std::uint32_t limit) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(tx.exec_params(std::string{"SELECT "} + session_columns +
                                  "FROM sessions WHERE change > $1 ORDER BY change LIMIT $2",
                              after, std::min(limit, max_rows)),
               read_session);
  });
}

std::optional<std::int64_t> pg_reader::newest_event() {
  return link_->run([](pqxx::transaction_base& tx) {
    return read_int(tx.exec1("SELECT coalesce(max(id), 0) FROM events")[0]);
  });
}

std::optional<std::vector<heard_event>> pg_reader::events_after(std::int64_t after,
                                                                std::uint32_t limit) {
  return link_->run([&](pqxx::transaction_base& tx) {
    return all(tx.exec_params(std::string{"SELECT "} + event_columns +
                                  "FROM (SELECT * FROM events WHERE id > $1 ORDER BY id LIMIT $2) e"
                                  " LEFT JOIN balances b USING (user_address) ORDER BY e.id",
                              after, std::min(limit, max_rows)),
               read_event);
  });
}

bool pg_reader::ping() {
  return link_
      ->run([](pqxx::transaction_base& tx) { return tx.exec1("SELECT true")[0].as<bool>(); })
      .value_or(false);
}

}  // namespace headroom::persistence
