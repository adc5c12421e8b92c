#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/market_documents.hpp"
#include "http/max_bets.hpp"
#include "http/own_data.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

/// Whose max bet belongs into the answer: of the user who is named, or who asks; nobody's, when a
/// stranger asks or a key names nobody.
std::optional<address> asks_for(exchange& x, const body_fields& body) {
  const auto text = body.text("user_address");
  if (!text) {
    const auto* who = presented_key(x);
    return who != nullptr && who->type == principal::kind::user ? std::optional{who->user}
                                                                : std::nullopt;
  }
  const auto user = read_address(x.services().ethereum, "user_address", *text);
  require_own(require_reader(x), user);
  return user;
}

}  // namespace

/// Anybody may ask what a bet would buy; nothing is placed, so no Idempotency-Key is needed.
task<> post_quote(exchange& x) {
  const query_fields none{x.asked().query, {}};
  const body_fields body{x.asked().body, {"user_address", "token_id", "amount"}};
  const auto user = asks_for(x, body);
  const actors::quote_bet wanted{read_token("token_id", body.required("token_id")),
                                 read_amount("amount", body.required("amount"))};
  auto quoting =
      ask<actors::bet_quote>(x, x.services().dir.handles.get<actors::market_actor>(), wanted);
  auto out = object({{"max_bet", nullptr}, {"limiting_factor", nullptr}});
  if (user) {
    const auto view = co_await find_balance(x, *user);
    const auto limit = limit_now(x, view.available, view.buffer_available);
    out = object({{"max_bet", limit.amount}, {"limiting_factor", to_string(limit.limited_by)}});
  }
  const auto quote = or_refuse(co_await quoting);
  out.update(quote_document(quote));
  x.reply_json(to_text(out));
}

}  // namespace headroom::http
