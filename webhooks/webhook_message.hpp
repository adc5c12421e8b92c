#pragma once

#include <string>

#include "domain/webhooks.hpp"
#include "net/http_client.hpp"

namespace headroom::webhooks {

/// What a receiver is told: {"type", "timestamp", "data"}. The same bytes at every try. `timestamp`
/// is when it happened; `data.number` is the event's, which grows in the order of the commits.
[[nodiscard]] std::string body_of(const due_delivery& what);

/// One try at `now`, signed.
[[nodiscard]] net::http_request request_of(const webhook& to, const due_delivery& what,
                                           timestamp now);

/// What an answer means.
enum class verdict : std::uint8_t {
  delivered = 0,  // 2xx
  failed = 1,     // anything else, and no answer
  gone = 2,       // 410: it wants no more
};
[[nodiscard]] verdict verdict_of(std::uint32_t status) noexcept;
/// What the log says of an answer; "" when it was delivered.
[[nodiscard]] std::string words_of(std::uint32_t status, const std::string& error);

}  // namespace headroom::webhooks
