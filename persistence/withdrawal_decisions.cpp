#include "persistence/withdrawal_decisions.hpp"

#include <stdexcept>

#include "persistence/detail/entries.hpp"
#include "persistence/detail/event_entries.hpp"
#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/withdrawal_reads.hpp"
#include "persistence/pg_reader.hpp"

namespace headroom::persistence {
namespace {

session open(const std::string& conninfo) {
  session_options options;
  options.application = "headroom withdrawals";
  return open_session(conninfo, options);
}

struct decision {
  attempt& a;

  errc operator()(const approve_withdrawal& x) const { return apply(a, x); }
  errc operator()(const finish_withdrawal& x) const { return apply(a, x); }
  errc operator()(const switch_withdrawals& x) const { return apply(a, x); }
  template <class Other>
  errc operator()(const Other&) const {
    return errc::invariant_violated;  // the journal's affair
  }
};

std::string words_of(errc verdict) {
  switch (verdict) {
    case errc::none: return "";
    case errc::not_found: return "no such withdrawal";
    case errc::duplicate: return "it does not wait for an approval (any more)";
    case errc::invariant_violated: return "a transaction of it may be mined yet, or it is over";
    default: return "the books refuse it: " + std::string{to_string(verdict)};
  }
}

}  // namespace

std::optional<withdrawal> find_withdrawal(const std::string& conninfo,
                                          const withdrawal_id& id) try {
  const auto link = open(conninfo);
  pqxx::nontransaction tx{*link};
  return select_withdrawal(tx, id);
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot read the withdrawal: "} + e.what());
}

std::vector<std::vector<chain_operation>> find_transfers(const std::string& conninfo,
                                                         const withdrawal_id& id) {
  reader_settings how;
  how.conninfo = conninfo;
  pg_reader books{how};
  std::vector<std::vector<chain_operation>> out;
  for (unsigned attempt = 0; attempt <= UINT8_MAX; ++attempt) {
    auto rows = books.find_operation(transfer_of(id, static_cast<std::uint8_t>(attempt)));
    if (!rows) throw std::runtime_error("the outbox cannot be read");
    if (rows->empty()) break;
    out.push_back(std::move(*rows));
  }
  return out;
}

std::string decide(const std::string& conninfo, const journal_entry& entry) try {
  const auto link = open(conninfo);
  pqxx::work tx{*link};
  enter_turn(tx, writer_of_events::terminal);
  attempt a{tx};
  const auto verdict = std::visit(decision{a}, entry);
  if (verdict == errc::none) {
    const entry_outcome done{verdict, {{}, 0, a.replays() > 0}};
    write_events(a, std::span{&entry, 1}, std::span{&done, 1});
    tx.commit();
  }
  return words_of(verdict);
} catch (const pqxx::sql_error& e) {
  return std::string{"the books refuse it: "} + e.what();
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot decide about withdrawals: "} + e.what());
}

}  // namespace headroom::persistence
