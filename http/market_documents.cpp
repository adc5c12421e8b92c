#include "http/market_documents.hpp"

namespace headroom::http {
namespace {

using json = nlohmann::ordered_json;

json text_if(bool known, std::string text) { return known ? json(std::move(text)) : json(nullptr); }
json price_or_null(usdc price) { return text_if(price.is_positive(), to_string(price)); }
json time_or_null(timestamp t) { return text_if(t.is_set(), to_rfc3339(t)); }

json fee_document(const actors::market_view& m) {
  if (!m.fee_known) return nullptr;
  return json{{"rate", to_string(usdc{m.fee_rate_micro})}, {"exponent", m.fee_exponent}};
}

}  // namespace

json market_document(const actors::market_view& m) {
  auto outcomes = json::array();
  for (const auto& o : m.outcomes)
    outcomes.push_back(json{{"token_id", o.token.decimal()},
                            {"name", o.name},
                            {"ask", price_or_null(o.ask)},
                            {"bid", price_or_null(o.bid)}});
  return json{{"condition_id", m.condition.hex()},
              {"question", text_if(!m.question.empty(), m.question)},
              {"closes_at", time_or_null(m.closes_at)},
              {"status", actors::to_string(m.status)},
              {"tick_size", to_string(m.tick)},
              {"min_order", to_string(usdc{m.min_order.micro})},
              {"neg_risk", m.neg_risk},
              {"fee", fee_document(m)},
              {"delay_seconds", m.delay_seconds},
              {"outcomes", std::move(outcomes)},
              {"as_of", time_or_null(m.as_of)}};
}

json quote_document(const actors::bet_quote& q) {
  const auto shares = to_string(usdc{q.shares.micro});
  return json{{"token_id", q.token.decimal()},
              {"amount", to_string(q.amount)},
              {"spend", to_string(q.spend)},
              {"shares", shares},
              {"average_price", price_or_null(q.average_price)},
              {"worst_price", price_or_null(q.worst_price)},
              {"fee", to_string(q.fee)},
              {"payout", shares},
              {"fills_whole", q.fills_whole},
              {"good_until", time_or_null(q.good_until)},
              {"quote_id", text_if(!q.id.is_zero(), q.id.text())}};
}

std::string body_of(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace headroom::http
