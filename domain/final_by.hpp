#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace headroom {

/// Whose word makes a block of a chain final: its depth under the newest one ("confirmations"), or
/// the block that the nodes themselves call `finalized` (the tag).
enum class final_by : std::uint8_t {
  confirmations = 0,  // deep enough, whatever the tag says
  tag = 1,            // up to the tag; while a node names none, nothing
  either = 2,         // whichever comes first: the tag makes it earlier, and no silence of it later
  both = 3,           // whichever comes last
};

/// "confirmations", "tag", "either", "both".
[[nodiscard]] std::string_view to_string(final_by x) noexcept;
[[nodiscard]] std::optional<final_by> parse_final_by(std::string_view text) noexcept;

}  // namespace headroom
