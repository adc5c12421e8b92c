#include "http/asking.hpp"
#include "http/auth.hpp"
#include "http/documents.hpp"
#include "http/fields.hpp"
#include "http/max_bets.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

json buffer_part(exchange& x, const buffer_status& s) {
  const auto next = x.shared().inflow.next();
  return object({
      {"available", s.available},
      {"is_low", s.is_low},
      {"next_inflow", next ? object({{"amount", next->amount}, {"eta", next->at}}) : json(nullptr)},
  });
}

json deposits_part(exchange& x, const std::vector<deposit>& deposits) {
  const auto& ethereum = x.services().ethereum;
  const auto& holds = x.services().dir.gauges.credit_holds();
  return list_of(deposits, [&](const deposit& d) {
    return deposit_document(d, ethereum, waiting_of(d, holds));
  });
}

task<> show_me(exchange& x, address user) {
  auto& dir = x.services().dir;
  const auto& ethereum = x.services().ethereum;
  // All at once: this is what a page waits for.
  auto coming =
      ask<money_on_its_way>(x, dir.handles.public_query(), actors::pending_atom::value, user);
  auto held = ask<user_holdings>(x, dir.handles.public_query(), user_holdings_of{user});
  auto buffer =
      ask<buffer_status>(x, dir.handles.get<actors::buffer_actor>(), actors::get_atom::value);
  const auto view = co_await find_balance(x, user);
  const auto on_its_way = or_refuse(co_await coming);
  const auto has = or_refuse(co_await held);
  const auto status = or_refuse(co_await buffer);
  const auto limit = limit_now(x, view.available, view.buffer_available);
  x.reply_json(to_text(object({
      {"address", ethereum.print_address(user)},
      {"balance", view.available},
      {"in_bets", has.in_bets},
      {"on_its_way", on_its_way.total},
      {"max_bet", limit.amount},
      {"limiting_factor", to_string(limit.limited_by)},
      {"buffer", buffer_part(x, status)},
      {"open", list_of(has.open, [&](const bet& b) { return bet_document(b, ethereum); })},
      {"pending_deposits", deposits_part(x, has.deposits)},
      {"positions",
       list_of(has.positions,
               [&](const position& p) { return position_document(p, ethereum, usdc{}); })},
  })));
}

}  // namespace

/// Everything of a user's that a page shows first, in one answer.
task<> get_me(exchange& x) {
  const query_fields none{x.asked().query, {}};
  const auto* const who = presented_key(x);
  if (who == nullptr) throw problem_of(errc::unauthorized, "sign in first: POST /session");
  if (who->type != principal::kind::user)
    throw problem_of(errc::forbidden, "a service key is nobody: GET /balance?user_address=");
  return show_me(x, who->user);
}

}  // namespace headroom::http
