#include "persistence/resolutions.hpp"

#include <stdexcept>

#include "persistence/detail/entries.hpp"
#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/wire.hpp"

namespace headroom::persistence {
namespace {

session open_prepared(const std::string& conninfo) {
  session_options options;
  options.application = "headroom bets";
  auto out = open_session(conninfo, options);
  prepare_bet_entries(*out);
  return out;
}

bool is_placing(pqxx::transaction_base& tx, const bet_id& id) {
  return !tx.exec_params(
                "SELECT 1 FROM bets WHERE bet_id = $1::uuid AND status = 'placing'"
                " FOR UPDATE",
                binary(id.view()))
              .empty();
}

}  // namespace

std::optional<bet> find_bet(const std::string& conninfo, const bet_id& id) try {
  const auto link = open_prepared(conninfo);
  pqxx::nontransaction tx{*link};
  const auto found = select_bets(tx, std::span{&id, 1});
  return found.empty() ? std::nullopt : std::optional{found.begin()->second};
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot read the bet: "} + e.what());
}

std::string resolve_bet(const std::string& conninfo, const bet_resolution& x) try {
  const auto link = open_prepared(conninfo);
  pqxx::work tx{*link};
  const auto& end = x.end;
  if (!is_placing(tx, end.id)) return "the bet is not placing (any more)";
  tx.exec_params0(
      "INSERT INTO bet_resolutions (bet_id, status, shares, spent, fee, decided_by, evidence,"
      " chain_words, created_at)"
      " VALUES ($1::uuid, $2::bet_status, $3, $4, $5, $6, $7, $8, time_of($9))",
      binary(end.id.view()), std::string{to_string(end.status)}, end.shares.micro, end.spent.micro,
      end.fee.micro, clean_text(x.decided_by), clean_text(x.evidence), clean_text(x.chain_words),
      end.at.us);
  attempt a{tx};
  const auto* entry = &end;
  const auto outcomes = write_bets(a, std::span{&entry, 1}, {});
  if (outcomes.ends.front().verdict != errc::none) return "the books refuse these numbers";
  tx.commit();
  return "";
} catch (const pqxx::sql_error& e) {
  return std::string{"the books refuse it: "} + e.what();
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot resolve the bet: "} + e.what());
}

}  // namespace headroom::persistence
