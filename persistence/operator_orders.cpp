#include "persistence/operator_orders.hpp"

#include <stdexcept>

#include "persistence/detail/entries.hpp"
#include "persistence/detail/pg_session.hpp"
#include "persistence/detail/repair_reads.hpp"
#include "persistence/pg_reader.hpp"

namespace headroom::persistence {
namespace {

session open_repair(const std::string& conninfo) {
  session_options options;
  options.application = "headroom repair";
  return open_session(conninfo, options);
}

struct repair {
  attempt& a;

  errc operator()(const order_conversion& x) const { return apply(a, x); }
  errc operator()(const adopt_transfer& x) const { return apply(a, x); }
  errc operator()(const switch_work& x) const { return apply(a, x); }
  template <class Other>
  errc operator()(const Other&) const {
    return errc::invariant_violated;  // the journal's affair
  }
};

}  // namespace

errc book_repair(const std::string& conninfo, const journal_entry& entry) try {
  const auto link = open_repair(conninfo);
  pqxx::work tx{*link};
  attempt a{tx};
  const auto verdict = std::visit(repair{a}, entry);
  if (verdict == errc::none) tx.commit();
  return verdict;
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot book it: "} + e.what());
}

std::optional<conversion> find_conversion(const std::string& conninfo, const conversion_id& id) {
  reader_settings how;
  how.conninfo = conninfo;
  pg_reader books{how};
  auto found = books.find_conversion(id);
  if (!found) throw std::runtime_error("the books cannot be read");
  return std::move(*found);
}

std::vector<switch_work> find_switches(const std::string& conninfo) try {
  const auto link = open_repair(conninfo);
  pqxx::nontransaction tx{*link};
  return select_switches(tx);
} catch (const std::exception& e) {
  throw std::runtime_error(std::string{"cannot read what is paused: "} + e.what());
}

}  // namespace headroom::persistence
