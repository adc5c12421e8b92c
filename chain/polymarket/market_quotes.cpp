#include "actors/deliver.hpp"
#include "chain/polymarket/market_desk.hpp"

/// What a bet would buy, and what was promised of it.
namespace headroom::chain::polymarket {
namespace {

/// Of a token that the venue does not know there is nothing to quote.
caf::error why_no_quote(const caf::error& why) {
  if (actors::code_of(why) != errc::not_found) return why;
  return make_error(errc::unknown_market, "the venue has no order book for this token");
}

}  // namespace

caf::result<actors::token_price> market_desk::price(const actors::get_price& x) {
  auto promise = self_->make_response_promise<actors::token_price>();
  with_book(x.token, [promise, x](const book_ptr& found, const caf::error& why) mutable {
    if (!found) {
      promise.deliver(why_no_quote(why));
      return;
    }
    promise.deliver(actors::token_price{x.token, found->value.best_ask(), found->value.best_bid(),
                                        found->as_of});
  });
  return promise;
}

caf::result<actors::bet_quote> market_desk::quote(const actors::quote_bet& x) {
  auto promise = self_->make_response_promise<actors::bet_quote>();
  make_quote(
      x, [promise](caf::expected<actors::bet_quote> q) { actors::deliver(promise, std::move(q)); });
  return promise;
}

/// The book says which market the token belongs to.
void market_desk::make_quote(const actors::quote_bet& x, quoted done) {
  with_book(x.token, [self = self_, x, done](const book_ptr& found, const caf::error& why) {
    if (!found) return done(why_no_quote(why));
    market_desk{self}.with_terms(
        found->value.condition,
        [self, x, done, found](const terms_ptr& terms, const caf::error& reason) {
          if (!terms) return done(why_no_quote(reason));
          done(market_desk{self}.priced(x, found->value, terms->value));
        });
  });
}

caf::expected<actors::bet_quote> market_desk::priced(const actors::quote_bet& x, const book& b,
                                                     const listing& m) {
  if (is_protocol_v2(x.token))
    return make_error(errc::unsupported_market, "a market of Polymarket's Protocol V2");
  const auto terms = m.terms_of(x.token);
  if (!terms) return why_no_quote(make_error(errc::not_found));
  if (!terms->accepting) return make_error(errc::market_closed);
  const auto walk = walk_asks(b, x.amount, *terms);
  if (!walk) return make_error(errc::amount_too_small, "less than $1 is left after the fee");
  actors::bet_quote out;
  out.token = x.token;
  out.amount = x.amount;
  if (walk->shares.micro == 0) return out;
  out.id = quote_id::from_digest(w_.random());
  out.spend = walk->spend;
  out.shares = walk->shares;
  out.average_price = walk->average_price;
  out.worst_price = walk->worst_price;
  out.fee = walk->fee;
  out.fills_whole = walk->fills_whole;
  out.good_until = w_.now().plus(st_.settings.quote_ttl);
  st_.quotes.keep(out, w_.now());
  return out;
}

caf::result<actors::redeemed_quote> market_desk::redeem(const actors::redeem_quote& x) {
  if (const auto promised = st_.quotes.find(x.id, x.bet, w_.now())) {
    if (promised->token != x.token || promised->amount != x.amount)
      return make_error(errc::invalid_field, "is a quote for another token or amount");
    st_.quotes.promise(x.bet, *promised, w_.now());
    ++st_.redeemed;
    return actors::redeemed_quote{true, *promised};
  }
  ++st_.expired;
  auto promise = self_->make_response_promise<actors::redeemed_quote>();
  make_quote({x.token, x.amount}, [promise](caf::expected<actors::bet_quote> q) mutable {
    promise.deliver(actors::redeemed_quote{false, q ? std::move(*q) : actors::bet_quote{}});
  });
  return promise;
}

}  // namespace headroom::chain::polymarket
