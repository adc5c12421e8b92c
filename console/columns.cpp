#include "console/columns.hpp"

#include <algorithm>

#include "domain/text.hpp"

namespace headroom::console {
namespace {

constexpr std::size_t between = 2;  // blanks

std::uint32_t code_point_of(std::string_view character) {
  const auto first = static_cast<unsigned char>(character[0]);
  if (character.size() == 1) return first;
  std::uint32_t out = first & (0xFFU >> (character.size() + 1));
  for (const char c : character.substr(1)) out = out << 6 | (static_cast<unsigned char>(c) & 0x3FU);
  return out;
}

/// Controls (C0, DEL, C1), line and paragraph separators, and what overrides the direction of
/// writing.
bool acts_on_terminals(std::uint32_t c) {
  return c < 0x20 || (c >= 0x7F && c < 0xA0) || c == 0x200E || c == 0x200F || c == 0x061C ||
         (c >= 0x2028 && c <= 0x202E) || (c >= 0x2066 && c <= 0x2069);
}

/// As terminals count: a character each. What takes two places moves its line, and no more.
std::size_t width_of(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

}  // namespace

std::string printable(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    const auto size = utf8_length(text);
    const auto character = text.substr(0, std::max<std::size_t>(size, 1));
    if (size == 0 || acts_on_terminals(code_point_of(character))) {
      out += '?';
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

std::string columns::text() const {
  std::vector<std::size_t> widths;
  for (const auto& head : heads_) widths.push_back(width_of(head.title));
  for (const auto& row : rows_)
    for (std::size_t i = 0; i < heads_.size(); ++i)
      widths[i] = std::max(widths[i], width_of(row[i]));
  std::string out;
  const auto add_line = [&](const auto& cell_of) {
    std::string line;
    for (std::size_t i = 0; i < heads_.size(); ++i) {
      const std::string& cell = cell_of(i);
      const std::string blanks(widths[i] - width_of(cell), ' ');
      if (i > 0) line.append(between, ' ');
      line += heads_[i].at == side::left ? cell + blanks : blanks + cell;
    }
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  };
  add_line([&](std::size_t i) -> const std::string& { return heads_[i].title; });
  for (const auto& row : rows_)
    add_line([&](std::size_t i) -> const std::string& { return row[i]; });
  return out;
}

}  // namespace headroom::console
