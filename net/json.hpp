#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

/// Reading JSON that strangers wrote: nothing here throws.
namespace headroom::net {

/// Nothing unless `text` is one valid UTF-8 JSON document nested at most `max_depth` deep.
[[nodiscard]] std::optional<nlohmann::json> read_json(std::string_view text, int max_depth = 16);

/// The member `key` of an object, or null.
[[nodiscard]] const nlohmann::json* member(const nlohmann::json& object, const char* key);
/// The same, if it is a string / an object / an array / a non-negative integer / a boolean.
[[nodiscard]] const std::string* text_member(const nlohmann::json& object, const char* key);
[[nodiscard]] const nlohmann::json* object_member(const nlohmann::json& object, const char* key);
[[nodiscard]] const nlohmann::json* array_member(const nlohmann::json& object, const char* key);
[[nodiscard]] std::optional<std::uint64_t> count_member(const nlohmann::json& object,
                                                        const char* key);
[[nodiscard]] std::optional<bool> flag_member(const nlohmann::json& object, const char* key);

/// Dumps without throwing on bytes that are not UTF-8 (they are replaced).
[[nodiscard]] std::string to_text(const nlohmann::json& value);
[[nodiscard]] std::string to_text(const nlohmann::ordered_json& value);

}  // namespace headroom::net
