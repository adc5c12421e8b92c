#include "http/json_values.hpp"

namespace headroom::http {
namespace {

/// Straight into the vector below nlohmann's ordered_map: its emplace looks at all names before.
void take(json::object_t& into, std::initializer_list<member> fields) {
  for (const auto& f : fields) into.emplace_back(std::string{f.name}, std::move(f.value));
}

}  // namespace

json value_of(usdc amount) { return to_string(amount); }

json value_of(share_amount shares) { return value_of(usdc{shares.micro}); }

json value_of(timestamp t) { return t.is_set() ? json(to_rfc3339(t)) : json(); }

json value_of(const hash256& h) { return h.is_zero() ? json() : json(h.hex()); }

json text_or_null(std::string_view text) { return text.empty() ? json() : json(text); }

json ratio(std::int64_t millionths) {
  if (millionths % 1'000'000 == 0) return millionths / 1'000'000;
  return static_cast<double>(millionths) / 1e6;
}

json object(std::initializer_list<member> fields) {
  json::object_t out;
  out.reserve(fields.size());
  take(out, fields);
  return json(std::move(out));
}

/// Moved by hand: a vector that grows would copy every value, for the names are const and their
/// move may throw.
void append(json& object, std::initializer_list<member> fields) {
  auto& present = object.get_ref<json::object_t&>();
  json::object_t out;
  out.reserve(present.size() + fields.size());
  for (auto& [name, value] : present) out.emplace_back(name, std::move(value));
  take(out, fields);
  object = json(std::move(out));
}

std::string to_text(const json& document) {
  return document.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace headroom::http
