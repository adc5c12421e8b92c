#pragma once

#include "actors/alerts.hpp"
#include "actors/records_actor.hpp"
#include "http/exchange.hpp"
#include "http/json_values.hpp"

namespace headroom::http {

[[nodiscard]] json alert_document(const actors::alert& a);

/// Who reads for operators; empty while it is started anew, and without it.
[[nodiscard]] inline actors::records_actor records_of(const exchange& x) {
  const auto* door = x.services().records;
  return door ? door->get() : actors::records_actor{};
}

}  // namespace headroom::http
