#include "domain/moving_money.hpp"

#include <algorithm>

namespace headroom {
namespace {

bool sent_nothing(const conversion_step& s) noexcept {
  return s.tx_hash.is_zero() && s.operations.empty();
}

/// Of a step that has sent nothing: the first takes what users paid with, a swap the same on the
/// other chain, a wrapping the buffer's token. Whatever else comes later begins at an exchange.
money_place place_of(const conversion_step& s, bool first) noexcept {
  if (!sent_nothing(s)) return money_place::under_way;
  if (first || s.name == "swap") return money_place::at_source;
  return s.name == "wrap" ? money_place::arrived : money_place::under_way;
}

}  // namespace

std::string_view to_string(money_place p) noexcept {
  switch (p) {
    case money_place::at_source: return "at_source";
    case money_place::under_way: return "under_way";
    case money_place::arrived: return "arrived";
    case money_place::beside: return "beside_buffer";
  }
  return "unknown";
}

moving_money money_of(const conversion& c, const money_source& backing) {
  const bool direct = c.source == backing;
  moving_money out;
  out.id = c.id;
  out.route = c.route;
  out.since = c.created_at;
  out.amount = c.amount;
  if (c.steps.empty()) {  // before its first step is stored nothing was sent
    out.where = direct ? money_place::beside : money_place::at_source;
    return out;
  }
  const auto i =
      std::find_if(c.steps.begin(), c.steps.end(), [](const auto& s) { return s.state != "done"; });
  if (i == c.steps.end()) {
    out.amount = c.steps.back().amount_out;
    out.where = money_place::arrived;
    return out;
  }
  out.step = i->name;
  out.state = i->state;
  out.amount = i->amount_in;
  if (i->started_at.is_set()) out.since = i->started_at;
  out.where = direct ? money_place::beside : place_of(*i, i == c.steps.begin());
  return out;
}

}  // namespace headroom
