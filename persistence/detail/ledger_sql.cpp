#include "persistence/detail/ledger_sql.hpp"

#include <stdexcept>

namespace headroom::persistence {
namespace {

/// The shapes that change `a` in one direction, as rows; "" when there are none.
std::string rows_with(int sign, account a) {
  std::string out;
  for (const auto& p : posting_shapes())
    if (sign_of(a, p) == sign) out += (out.empty() ? "(" : ", (") + shape_sql(p) + ")";
  return out;
}

std::string added_to(account a) {
  std::string out = "(CASE";
  for (const int sign : {1, -1})
    if (const auto rows = rows_with(sign, a); !rows.empty())
      out += " WHEN (kind, debit, credit) IN (" + rows + ") THEN " + signed_sql(sign, "amount");
  return out + " ELSE 0 END)";
}

template <class Enum, std::size_t N>
Enum named(const Enum (&all)[N], std::string_view name) {
  for (const auto x : all)
    if (to_string(x) == name) return x;
  throw std::logic_error("the ledger knows no " + std::string{name});
}

/// What stands in the text for "what:name".
std::string meaning_of(std::string_view what, std::string_view name) {
  if (what == "account") return number_sql(named(all_accounts, name));
  if (what == "added") return added_to(named(all_accounts, name));
  if (what == "kind") return number_sql(named(all_posting_kinds, name));
  if (what == "posting") return shape_sql(shape_of(named(all_posting_kinds, name)));
  throw std::logic_error("the ledger has no " + std::string{what});
}

/// How a total follows what users are owed by postings of these kinds: with it, against it, or not.
template <class Total>
int follows_owed(Total t, std::initializer_list<posting_kind> kinds) {
  const auto in = [t](posting_kind k) {
    const auto& p = shape_of(k);
    return sign_of(t, p) * sign_of(account::user, p);
  };
  for (const auto k : kinds)
    if (in(k) != in(*kinds.begin()))
      throw std::logic_error("the kinds of a statement move a total differently in the ledger");
  return in(*kinds.begin());
}

}  // namespace

std::string numbered(std::string_view text) {
  std::string out;
  for (;;) {
    const auto open = text.find('{');
    out += text.substr(0, open);
    if (open == text.npos) return out;
    const auto close = text.find('}', open);
    const auto colon = text.find(':', open);
    if (close == text.npos || colon > close) throw std::logic_error("a brace that names nothing");
    out += meaning_of(text.substr(open + 1, colon - open - 1),
                      text.substr(colon + 1, close - colon - 1));
    text.remove_prefix(close + 1);
  }
}

std::string shape_sql(const posting_shape& p) {
  return number_sql(p.kind) + ", " + number_sql(p.debit) + ", " + number_sql(p.credit);
}

std::string signed_sql(int sign, const std::string& value) {
  if (sign == 0) return "0";
  return sign > 0 ? value : "-" + value;
}

std::string owed_by_sql(posting_kind k, const std::string& amount) {
  return signed_sql(sign_of(account::user, shape_of(k)), amount);
}

std::string buffer_follows_sql(std::initializer_list<posting_kind> kinds, const std::string& owed) {
  for (const auto a : all_accounts)
    if (a != account::user && a != account::buffer && follows_owed(a, kinds) != 0)
      throw std::logic_error("a statement of users and the buffer moves more in the ledger");
  std::string out;
  const auto add = [&](const std::string& column, int sign) {
    if (sign == 0) return;
    out += column + " = " + column + (sign > 0 ? " + " : " - ") + owed + ", ";
  };
  add("usdc_balance", follows_owed(account::buffer, kinds));
  add("total_deposited", follows_owed(buffer_total::deposited, kinds));
  add("total_withdrawn", follows_owed(buffer_total::withdrawn, kinds));
  return out;
}

}  // namespace headroom::persistence
