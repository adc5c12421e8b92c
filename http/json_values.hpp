#pragma once

#include <concepts>
#include <initializer_list>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "domain/records.hpp"

/// How public JSON is made: what each kind of value looks like, objects, lists, and the bytes.
///   object({{"amount", b.amount}, {"failure", text_or_null(b.failure)}})
namespace headroom::http {

/// Fields keep the order they were given in.
using json = nlohmann::ordered_json;

// A kind of value that is not here does not compile as a field. An address is a text
// (ethereum_port::print_address), an enum its to_string.
[[nodiscard]] json value_of(usdc amount);          // decimal string
[[nodiscard]] json value_of(share_amount shares);  // likewise
[[nodiscard]] json value_of(timestamp t);          // RFC 3339, null when unset
[[nodiscard]] json value_of(const hash256& h);     // hex, null when zero
/// What is JSON already: texts, booleans, objects, lists, integers (exact in all their 64 bits).
template <class T>
concept plain_value = std::constructible_from<json, T> && !std::is_enum_v<std::remove_cvref_t<T>>;
template <plain_value T>
[[nodiscard]] json value_of(T&& value) {
  return json(std::forward<T>(value));
}

/// Null unless `known`.
template <class T>
[[nodiscard]] json value_if(bool known, const T& value) {
  return known ? value_of(value) : json();
}
/// Null when empty.
[[nodiscard]] json text_or_null(std::string_view text);
/// millionths / 10^6 as a number, an integer when it is whole. What is read back is the nearest
/// double; nlohmann writes one in a thousand of them with 17 digits where six decimals would do.
[[nodiscard]] json ratio(std::int64_t millionths);

/// One field of an object, for `object` and `append`, which take its value away: lists in braces
/// could only be copied from.
struct member {
  template <class T>
  member(std::string_view name_, T&& value_)
      : name{name_}, value(value_of(std::forward<T>(value_))) {}

  std::string_view name;
  mutable json value;
};

/// An object of these fields. Names are not compared: that each stands once is up to the caller.
[[nodiscard]] json object(std::initializer_list<member> fields);
/// Puts more fields behind those of `object`.
void append(json& object, std::initializer_list<member> fields);
/// A list of what `each` makes of every element: documents, texts or numbers.
template <class Range, class Each>
[[nodiscard]] json list_of(const Range& range, Each each) {
  json::array_t out;
  out.reserve(range.size());
  for (const auto& element : range) out.emplace_back(each(element));
  return json(std::move(out));
}

/// The bytes of a body. Never throws for what a venue or a chain said: bytes that are not UTF-8
/// become U+FFFD.
[[nodiscard]] std::string to_text(const json& document);

}  // namespace headroom::http
