#pragma once

#include "actors/messages/market_messages.hpp"
#include "http/json_values.hpp"

/// The public JSON of markets and quotes: field names are the contract (DESIGN section 4,
/// openapi.json).
namespace headroom::http {

[[nodiscard]] json market_document(const actors::market_view& m);
/// Without `max_bet` and `limiting_factor`, which are the asker's.
[[nodiscard]] json quote_document(const actors::bet_quote& q);

}  // namespace headroom::http
