#include "net/json.hpp"

namespace headroom::net {
namespace {

template <class Json>
std::string dumped(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::optional<nlohmann::json> read_json(std::string_view text, int max_depth) {
  using nlohmann::json;
  if (text.find('\0') != std::string_view::npos) return std::nullopt;  // json would end there
  bool too_deep = false;
  const auto watch = [&](int depth, json::parse_event_t event, json&) {
    const bool opens =
        event == json::parse_event_t::object_start || event == json::parse_event_t::array_start;
    if (opens && depth >= max_depth) too_deep = true;
    return !too_deep;
  };
  auto out = json::parse(text, watch, /*allow_exceptions=*/false);
  if (too_deep || out.is_discarded()) return std::nullopt;
  return out;
}

const nlohmann::json* member(const nlohmann::json& object, const char* key) {
  if (!object.is_object()) return nullptr;
  const auto at = object.find(key);
  return at == object.end() ? nullptr : &*at;
}

const std::string* text_member(const nlohmann::json& object, const char* key) {
  const auto* value = member(object, key);
  return value ? value->get_ptr<const std::string*>() : nullptr;
}

const nlohmann::json* object_member(const nlohmann::json& object, const char* key) {
  const auto* value = member(object, key);
  return value && value->is_object() ? value : nullptr;
}

const nlohmann::json* array_member(const nlohmann::json& object, const char* key) {
  const auto* value = member(object, key);
  return value && value->is_array() ? value : nullptr;
}

std::optional<std::uint64_t> count_member(const nlohmann::json& object, const char* key) {
  const auto* value = member(object, key);
  if (!value || !value->is_number_unsigned()) return std::nullopt;
  return value->get<std::uint64_t>();
}

std::optional<bool> flag_member(const nlohmann::json& object, const char* key) {
  const auto* value = member(object, key);
  if (!value || !value->is_boolean()) return std::nullopt;
  return value->get<bool>();
}

std::string to_text(const nlohmann::json& value) { return dumped(value); }
std::string to_text(const nlohmann::ordered_json& value) { return dumped(value); }

}  // namespace headroom::net
