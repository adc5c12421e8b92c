#pragma once

#include <nlohmann/json.hpp>

#include "actors/messages/market_messages.hpp"

/// The public JSON of markets and quotes: field names are the contract (DESIGN section 4,
/// openapi.json).
namespace headroom::http {

[[nodiscard]] nlohmann::ordered_json market_document(const actors::market_view& m);
/// Without `max_bet` and `limiting_factor`, which are the asker's.
[[nodiscard]] nlohmann::ordered_json quote_document(const actors::bet_quote& q);

/// The text of a body. Bytes that are not UTF-8 are replaced: names and questions are the venue's.
[[nodiscard]] std::string body_of(const nlohmann::ordered_json& document);

}  // namespace headroom::http
