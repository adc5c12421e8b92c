#include "tests/simulation/model.hpp"

namespace headroom::test {
namespace {

/// Between an operator's word and its effect.
constexpr std::chrono::seconds slack{10};

/// The chain alone says what was paid: each receiver is one withdrawal's.
std::string compare_payment(const outside& out, const withdrawal& w) {
  const auto name = "withdrawal " + w.id.text();
  const auto there = paid_by(out.polygon.tip(), w.to);
  switch (w.status) {
    case withdrawal_status::requested:
    case withdrawal_status::sent: return name + " has no end";
    case withdrawal_status::failed: return there == 0 ? "" : name + " is given back and paid";
    case withdrawal_status::confirmed: break;
  }
  if (there != paid_out(w).micro)
    return name + " paid " + to_string(usdc{there}) + ", the books say " + to_string(paid_out(w));
  if (w.needs_approval && w.approved_by.empty()) return name + " is paid and nobody approved it";
  const auto at = find_call(out.polygon.final_block(), w.tx_hash);
  if (at.call == nullptr || !at.call->succeeded)
    return name + " names a transaction that did not pay it";
  return {};
}

std::string compare_answer(const outside& out, const taker& t) {
  const auto name = "withdrawal " + t.request.id.text();
  const auto i = out.books.withdrawals.rows.find(t.request.id);
  const bool known = i != out.books.withdrawals.rows.end();
  if (t.refused) return known ? name + " was refused and is in the books" : "";
  if (!known) return name + " was taken and is not in the books";
  const bool paid = i->second.status == withdrawal_status::confirmed;
  if (i->second.status != t.answer.status || (paid && i->second.tx_hash != t.answer.tx_hash))
    return name + " is not what its user was told";
  if (t.told_too_early) return name + " was answered for good before the chain was final";
  return t.request.to == service_account() ? name + " pays ourselves" : "";
}

/// While withdrawals stand still nothing is sent that was not on its way.
std::string compare_pause(const outside& out, const withdrawal_pause& p) {
  if (!p.stopped_at.is_set()) return {};
  for (const auto& [id, rows] : out.books.operations.all()) {
    const auto& first = rows.front();
    if (first.purpose == withdrawal_purpose && p.stopped_at.plus(slack) < first.created_at &&
        first.created_at < p.resumed_at)
      return "operation " + id.text() + " was sent while withdrawals stood still";
  }
  return {};
}

}  // namespace

std::string compare_withdrawals(outside& out, const people& all, std::map<address, usdc>& paid,
                                usdc& left) {
  std::map<std::pair<address, timestamp>, usdc> by_day;
  usdc fees;
  for (const auto& [id, w] : out.books.withdrawals.rows) {
    if (auto wrong = compare_payment(out, w); !wrong.empty()) return wrong;
    if (w.status == withdrawal_status::failed) continue;
    paid[w.user] = add_saturating(paid[w.user], w.amount);
    left = add_saturating(left, paid_out(w));
    fees = add_saturating(fees, w.fee);
    auto& day = by_day[{w.user, day_of(w.created_at)}];
    day = add_saturating(day, w.amount);
    if (day > withdrawn_a_day) return w.user.hex() + " took out more than a day's";
  }
  if (out.books.revenue != fees)
    return "the house earned " + to_string(out.books.revenue) + ", the model says " +
           to_string(fees);
  for (const auto& t : all.takers)
    if (auto wrong = compare_answer(out, t); !wrong.empty()) return wrong;
  if (out.books.withdrawals.rows.size() > all.takers.size()) return "a withdrawal is nobody's";
  return compare_pause(out, all.desk.pause);
}

}  // namespace headroom::test
