#pragma once

#include <nlohmann/json_fwd.hpp>
#include <optional>

namespace headroom::chain::polymarket {

/// A price, a size or a tick as the venue's APIs write them: a JSON number or a string of a
/// decimal, in millionths. Never negative; nothing for what has more than six decimals.
[[nodiscard]] std::optional<std::int64_t> read_loose_micro(const nlohmann::json* value);

}  // namespace headroom::chain::polymarket
