#include "net/event_text.hpp"

#include <charconv>
#include <utility>

namespace headroom::net {
namespace {

constexpr std::string_view byte_order_mark = "\xEF\xBB\xBF";

std::optional<std::chrono::milliseconds> read_wait(std::string_view digits) {
  constexpr std::size_t longest = 7;  // below three hours: nobody means more
  std::int64_t out = 0;
  if (digits.empty() || digits.size() > longest) return std::nullopt;
  const auto [end, bad] = std::from_chars(digits.data(), digits.data() + digits.size(), out);
  if (bad != std::errc{} || end != digits.data() + digits.size() || out < 0) return std::nullopt;
  return std::chrono::milliseconds{out};
}

}  // namespace

event_text::outcome event_text::feed(std::string_view bytes, const told& tell) {
  for (const char c : bytes) {
    if (c == '\n' && std::exchange(after_cr_, false)) continue;  // of one CRLF
    after_cr_ = c == '\r';
    if (c != '\n' && c != '\r') {
      line_ += c;
      if (line_.size() + data_.size() > max_event_) return outcome::too_large;
      continue;
    }
    if (!take_line(tell)) return outcome::enough;
  }
  return outcome::more;
}

void event_text::begin_again() {
  line_.clear();
  name_.clear();
  data_.clear();
  after_cr_ = has_data_ = false;
}

bool event_text::take_line(const told& tell) {
  const auto line = std::exchange(line_, {});
  if (!line.empty()) {
    std::string_view text = line;
    if (text.starts_with(byte_order_mark)) text.remove_prefix(byte_order_mark.size());
    const auto colon = text.find(':');
    if (colon == 0) return true;  // a comment: a sign of life
    auto value = colon == text.npos ? std::string_view{} : text.substr(colon + 1);
    if (value.starts_with(' ')) value.remove_prefix(1);
    take_field(text.substr(0, colon), value);
    return true;
  }
  auto name = std::exchange(name_, {});
  auto data = std::exchange(data_, {});
  if (!std::exchange(has_data_, false)) return true;
  if (name.empty()) name = "message";
  return tell({std::move(name), std::move(data)});
}

void event_text::take_field(std::string_view name, std::string_view value) {
  if (name == "event") {
    name_ = value;
  } else if (name == "data") {
    if (std::exchange(has_data_, true)) data_ += '\n';
    data_ += value;
  } else if (name == "id") {
    if (value.find('\0') == value.npos) last_id_ = value;
  } else if (name == "retry") {
    if (const auto wait = read_wait(value)) retry_ = wait;
  }
}

}  // namespace headroom::net
