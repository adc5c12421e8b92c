#include "persistence/resolutions.hpp"

#include <array>
#include <stdexcept>

#include "persistence/detail/entries.hpp"
#include "persistence/detail/event_entries.hpp"
#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/position_reads.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

/// Of a kind of order.
struct resolution_sql {
  const char* lock;  // its row, while it is placing
  const char* keep;  // the evidence
};
constexpr resolution_sql of_bets{
    "SELECT 1 FROM bets WHERE bet_id = $1::uuid AND status = 'placing' FOR UPDATE",
    "INSERT INTO bet_resolutions (bet_id, status, shares, spent, fee, decided_by, evidence,"
    " chain_words, created_at)"
    " VALUES ($1::uuid, $2::bet_status, $3, $4, $5, $6, $7, $8, time_of($9))"};
constexpr resolution_sql of_sales{
    "SELECT 1 FROM sales WHERE sale_id = $1::uuid AND status = 'placing' FOR UPDATE",
    "INSERT INTO sale_resolutions (sale_id, status, sold, proceeds, fee, decided_by, evidence,"
    " chain_words, created_at)"
    " VALUES ($1::uuid, $2::sale_status, $3, $4, $5, $6, $7, $8, time_of($9))"};

using three_numbers = std::array<std::int64_t, 3>;  // in the order of `keep`

session open_prepared(const std::string& conninfo) {
  session_options options;
  options.application = "headroom resolve";
  auto out = open_session(conninfo, options);
  prepare_bet_entries(*out);
  return out;
}

/// `read` finds the row in a transaction.
template <class Read>
auto find_by(const std::string& conninfo, Read read) try {
  const auto link = open_prepared(conninfo);
  pqxx::nontransaction tx{*link};
  return read(tx);
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot read the order: "} + e.what());
}

/// `write` books the end and answers the verdict.
template <class Ending, class Write>
std::string end_order(const std::string& conninfo, const resolution_sql& sql,
                      const resolution<Ending>& x, const three_numbers& numbers, Write write) try {
  const auto link = open_prepared(conninfo);
  pqxx::work tx{*link};
  enter_turn(tx, writer_of_events::terminal);
  const auto& end = x.end;
  if (tx.exec_params(sql.lock, binary(end.id.view())).empty())
    return "it is not placing (any more)";
  tx.exec_params0(sql.keep, binary(end.id.view()), std::string{to_string(end.status)}, numbers[0],
                  numbers[1], numbers[2], clean_text(x.decided_by), clean_text(x.evidence),
                  clean_text(x.chain_words), end.at.us);
  attempt a{tx};
  if (write(a, end) != errc::none) return "the books refuse these numbers";
  const journal_entry entry{end};
  const entry_outcome done{};
  write_events(a, std::span{&entry, 1}, std::span{&done, 1});
  tx.commit();
  return "";
} catch (const pqxx::sql_error& e) {
  return std::string{"the books refuse it: "} + e.what();
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot resolve the order: "} + e.what());
}

}  // namespace

std::optional<bet> find_order(const std::string& conninfo, const bet_id& id) {
  return find_by(conninfo, [&](pqxx::transaction_base& tx) {
    const auto found = select_bets(tx, std::span{&id, 1});
    return found.empty() ? std::nullopt : std::optional{found.begin()->second};
  });
}

std::optional<sale> find_order(const std::string& conninfo, const sale_id& id) {
  return find_by(conninfo, [&](pqxx::transaction_base& tx) { return select_sale(tx, id); });
}

std::string resolve_order(const std::string& conninfo, const bet_resolution& x) {
  const three_numbers numbers{x.end.shares.micro, x.end.spent.micro, x.end.fee.micro};
  return end_order(conninfo, of_bets, x, numbers, [](attempt& a, const finish_bet& end) {
    const auto* entry = &end;
    return write_bets(a, std::span{&entry, 1}, {}).ends.front().verdict;
  });
}

std::string resolve_order(const std::string& conninfo, const sale_resolution& x) {
  const three_numbers numbers{x.end.sold.micro, x.end.proceeds.micro, x.end.fee.micro};
  return end_order(conninfo, of_sales, x, numbers,
                   [](attempt& a, const finish_sale& end) { return apply(a, end); });
}

}  // namespace headroom::persistence
