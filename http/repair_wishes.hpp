#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "actors/messages/repair_messages.hpp"
#include "actors/ports.hpp"
#include "http/fields.hpp"

namespace headroom::http {

/// What of POST /operator/actions the chains are asked about first: actors::repair_actor does it.
using repair_wish = std::variant<actors::settle_conversion, actors::adopt_arrival,
                                 actors::cancel_nonce, actors::resync_wallet, actors::resolve_bet>;

/// Nothing when the action is none of these. Throws 400 naming the field, also for one that this
/// action does not have; `action`, `target` and `reason` are everybody's.
[[nodiscard]] std::optional<repair_wish> read_repair(std::string_view action,
                                                     const body_fields& body,
                                                     const actors::ethereum_port& ethereum,
                                                     const actors::grounds& why);

/// The fields that such actions have, and the others have not.
inline constexpr std::string_view repair_fields[] = {
    "tx_hash", "log_index", "beyond_books", "outcome", "shares", "spent", "fee", "account"};
/// Throws 400 for any of them that is there and not `allowed`.
void allow_only(const body_fields& body, std::initializer_list<std::string_view> allowed);

}  // namespace headroom::http
