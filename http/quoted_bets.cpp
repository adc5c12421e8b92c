#include "http/quoted_bets.hpp"

#include "http/asking.hpp"
#include "http/market_documents.hpp"

namespace headroom::http {
namespace {

/// The problem, with one more member that is an object.
void refuse_expired(exchange& x, const actors::bet_quote& fresh) {
  const auto p = problem_of(errc::quote_expired, "the quoted price is not promised any more");
  auto answer = to_response(p, x.asked().path);
  auto document = json::parse(answer.body);
  append(document, {{"quote", fresh.id.is_zero() ? json(nullptr) : quote_document(fresh)}});
  answer.body = to_text(document);
  x.reply(std::move(answer));
}

/// A repeated request may come when its quote is long forgotten, and its bet is there all the same.
/// Without the quote nothing new is placed: the books are asked, behind all that waits there.
task<> look_for_bet(exchange& x, actors::place_bet order, actors::bet_quote fresh,
                    quoted_bet then) {
  auto& dir = x.services().dir;
  const bool at_work = static_cast<bool>(dir.users.find_bet(order.id));
  const auto row = co_await ask<bet>(x, dir.handles.get<actors::journal_actor>(),
                                     actors::get_atom::value, order.id);
  if (row) {
    if (row->request_hash != order.request_hash) throw problem_of(errc::key_reused);
    then.known(x, *row);
  } else if (actors::code_of(row.error()) != errc::not_found) {
    throw problem_of(row.error());
  } else if (at_work) {
    throw problem_of(errc::in_doubt, "a bet under this Idempotency-Key is being placed");
  } else {
    refuse_expired(x, fresh);
  }
}

task<> ask_for_price(exchange& x, actors::place_bet order, quote_id quote, quoted_bet then) {
  const actors::redeem_quote redeem{quote, order.token, order.amount, order.id};
  auto said = or_refuse(co_await ask<actors::redeemed_quote>(
                            x, x.services().dir.handles.get<actors::market_actor>(), redeem),
                        "quote_id");
  if (!said.honoured)
    co_return co_await look_for_bet(x, std::move(order), said.quote, std::move(then));
  const auto cap = said.quote.worst_price;
  if (!order.max_price.is_zero() && order.max_price != cap)
    throw bad_field("max_price", "is not the quote's worst_price, " + to_string(cap));
  order.max_price = cap;
  then.place(x, order);
}

}  // namespace

void take_quote(exchange& x, const actors::place_bet& order, const quote_id& quote,
                quoted_bet then) {
  x.follow(ask_for_price(x, order, quote, std::move(then)));
}

}  // namespace headroom::http
