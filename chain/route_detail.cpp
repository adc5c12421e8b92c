#include "chain/route_detail.hpp"

#include <charconv>

namespace headroom::chain {

std::string route_detail::text() const {
  std::string out;
  if (!guid.is_zero()) out += "guid=" + guid.hex() + " ";
  if (from_block) out += "from=" + std::to_string(*from_block) + " ";
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
      std::uint64_t block = 0;
      const auto digits = word.substr(5);
      const auto end = digits.data() + digits.size();
      const auto read = std::from_chars(digits.data(), end, block);
      if (read.ec == std::errc{} && read.ptr == end) out.from_block = block;
    }
  }
  return out;
}

}  // namespace headroom::chain
