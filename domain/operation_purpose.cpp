#include "domain/operation_purpose.hpp"

namespace headroom {

std::string to_string(const operation_purpose& x) {
  return x.of ? x.word + "/" + x.of->text() : x.word;
}

operation_purpose parse_purpose(std::string text) {
  constexpr std::size_t tail = 1 + 36;  // of the text of an id
  if (text.size() > tail && text[text.size() - tail] == '/')
    if (const auto id = conversion_id::parse(std::string_view{text}.substr(text.size() - 36)))
      return {text.substr(0, text.size() - tail), id};
  return {std::move(text), {}};
}

}  // namespace headroom
