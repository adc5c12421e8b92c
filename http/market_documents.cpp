#include "http/market_documents.hpp"

namespace headroom::http {
namespace {

json price_or_null(usdc price) { return value_if(price.is_positive(), price); }

json fee_document(const actors::market_view& m) {
  if (!m.fee_known) return nullptr;
  return object({{"rate", usdc{m.fee_rate_micro}}, {"exponent", m.fee_exponent}});
}

}  // namespace

json market_document(const actors::market_view& m) {
  auto outcomes = list_of(m.outcomes, [](const auto& o) {
    return object({{"token_id", o.token.decimal()},
                   {"name", o.name},
                   {"ask", price_or_null(o.ask)},
                   {"bid", price_or_null(o.bid)}});
  });
  return object({{"condition_id", m.condition.hex()},
                 {"question", text_or_null(m.question)},
                 {"closes_at", m.closes_at},
                 {"status", actors::to_string(m.status)},
                 {"tick_size", m.tick},
                 {"min_order", m.min_order},
                 {"neg_risk", m.neg_risk},
                 {"fee", fee_document(m)},
                 {"delay_seconds", m.delay_seconds},
                 {"outcomes", std::move(outcomes)},
                 {"as_of", m.as_of}});
}

json quote_document(const actors::bet_quote& q) {
  return object({{"token_id", q.token.decimal()},
                 {"amount", q.amount},
                 {"spend", q.spend},
                 {"shares", q.shares},
                 {"average_price", price_or_null(q.average_price)},
                 {"worst_price", price_or_null(q.worst_price)},
                 {"fee", q.fee},
                 {"payout", q.shares},
                 {"fills_whole", q.fills_whole},
                 {"good_until", q.good_until},
                 {"quote_id", text_or_null(q.id.is_zero() ? std::string{} : q.id.text())}});
}

}  // namespace headroom::http
