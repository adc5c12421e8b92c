#include "chain/treasury/route_detail.hpp"

#include <charconv>

namespace headroom::chain {
namespace {

std::optional<std::uint64_t> number_of(std::string_view digits) {
  std::uint64_t out = 0;
  const auto end = digits.data() + digits.size();
  const auto read = std::from_chars(digits.data(), end, out);
  if (read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return out;
}

}  // namespace

std::string route_detail::text() const {
  std::string out;
  if (!guid.is_zero()) out += "guid=" + guid.hex() + " ";
  if (from_block) out += "from=" + std::to_string(*from_block) + " ";
  if (since_block) out += "since=" + std::to_string(*since_block) + " ";
  if (seen_at) out += "at=" + std::to_string(*seen_at) + " ";
  if (asked_again) out += "again=1 ";
  if (!parts.empty()) out += "parts=" + parts + " ";
  if (!note.empty()) return out + "note=" + note;
  if (!out.empty()) out.pop_back();
  return out;
}

route_detail route_detail::parse(std::string_view text) {
  route_detail out;
  while (!text.empty()) {
    if (text.starts_with("note=")) {
      out.note = text.substr(5);
      break;
    }
    const auto word = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), word.size() + 1));
    if (word.starts_with("guid=")) {
      if (const auto guid = hash256::parse(word.substr(5))) out.guid = *guid;
    } else if (word.starts_with("from=")) {
      out.from_block = number_of(word.substr(5));
    } else if (word.starts_with("since=")) {
      out.since_block = number_of(word.substr(6));
    } else if (word.starts_with("at=")) {
      out.seen_at = number_of(word.substr(3));
    } else if (word == "again=1") {
      out.asked_again = true;
    } else if (word.starts_with("parts=")) {
      out.parts = word.substr(6);
    }
  }
  return out;
}

}  // namespace headroom::chain
