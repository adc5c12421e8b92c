#include <set>

#include "tests/simulation/model.hpp"

namespace headroom::test {
namespace {

/// Between what a choice heard and its conversion's opening.
constexpr std::chrono::seconds slack{15};

std::string compare_sums(const conversion& c, const memory_books& books) {
  const auto name = "conversion " + c.id.text();
  usdc put_in;
  for (const auto& id : c.deposits) {
    const auto& d = books.deposits.at(id);
    if (d.conversion != c.id) return name + " names a deposit of another";
    put_in = add_saturating(put_in, d.amount);
  }
  if (c.status != conversion_status::completed) return name + " has no end";
  if (put_in != c.amount) return name + " is not the sum of its deposits";
  if (c.received.micro + c.loss.micro != c.amount.micro) return name + " does not add up";
  return {};
}

/// One that handed its deposits on had sent nothing, and never will.
std::string compare_replaced(const conversion& c, const outside& out) {
  const auto name = "conversion " + c.id.text() + " was replaced";
  const auto next = out.books.conversions.find(c.replaced_by);
  if (!c.deposits.empty()) return name + " and names deposits";
  if (next == out.books.conversions.end()) return name + " by none";
  if (next->second.amount != c.amount) return name + " with another amount";
  if (next->second.route == c.route) return name + " on its own route";
  const auto way = out.routes.find(c.route);
  const bool sent = way != out.routes.end() && way->second.has_sent(c.id);
  return sent || out.books.sent_for.contains(c.id) ? name + " although it had sent" : "";
}

/// What was opened on a route that could not say what it has under way, for more than its operator
/// allows, or while something on it was older than twice its time.
std::string compare_opening(const outside& out, const route_double& way, const conversion& c) {
  const auto name = "conversion " + c.id.text() + " was opened on " + c.route;
  const auto& law = way.law();
  if (way.was_unreadable(c.created_at)) return name + " while that could not be read";
  if (law.terms.size.is_positive() && c.amount > law.terms.size) return name + " with too much";
  if (law.most.is_positive() && c.amount > law.most) return name + " with more than it takes";
  const auto cost = sub_saturating(c.amount, c.expected_out).micro;
  if (law.terms.fee_bps > 0 && cost * 10'000 > c.amount.micro * law.terms.fee_bps)
    return name + " for more than its operator allows";
  const std::chrono::seconds expected{law.info.expected_seconds};
  for (const auto& [id, other] : out.books.conversions) {
    if (other.route != c.route) continue;
    for (const auto& s : other.steps)
      if (s.started_at.plus(2 * expected + slack) < c.created_at && c.created_at < s.finished_at)
        return name + " while conversion " + id.text() + " was late there";
  }
  return {};
}

}  // namespace

std::string compare_conversions(const outside& out) {
  std::set<deposit_id> converted;
  for (const auto& [id, c] : out.books.conversions) {
    if (c.status == conversion_status::replaced) {
      if (auto wrong = compare_replaced(c, out); !wrong.empty()) return wrong;
      continue;
    }
    if (auto wrong = compare_sums(c, out.books); !wrong.empty()) return wrong;
    for (const auto& d : c.deposits)
      if (!converted.insert(d).second) return "deposit " + d.text() + " was converted twice";
    const auto way = out.routes.find(c.route);
    if (way == out.routes.end()) continue;  // the wallet's own: the chain's books say it
    if (auto wrong = way->second.compare(c); !wrong.empty()) return wrong;
    if (auto wrong = compare_opening(out, way->second, c); !wrong.empty()) return wrong;
  }
  if (!out.base_holds.is_zero()) return "money is left on the other chain";
  return {};
}

}  // namespace headroom::test
