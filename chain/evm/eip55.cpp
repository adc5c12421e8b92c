#include "chain/evm/eip55.hpp"

#include <algorithm>

#include "chain/evm/keccak.hpp"

namespace headroom::chain {

std::string checksummed(const address& a) {
  auto text = to_hex(a.view());
  const auto digest = keccak256(text);
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto nibble = i % 2 == 0 ? digest.bytes[i / 2] >> 4 : digest.bytes[i / 2] & 15;
    if (nibble >= 8 && text[i] >= 'a') text[i] = static_cast<char>(text[i] - 'a' + 'A');
  }
  return "0x" + text;
}

actors::address_error parse_address(std::string_view text, address& out) {
  using actors::address_error;
  if (text.size() != 42 || !text.starts_with("0x") || !from_hex_exact(text, out.bytes))
    return address_error::syntax;
  const auto digits = text.substr(2);
  const bool lower = std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'a'; });
  const bool upper =
      std::any_of(digits.begin(), digits.end(), [](char c) { return c >= 'A' && c <= 'F'; });
  if (lower && upper && checksummed(out) != text) return address_error::checksum;
  return address_error::none;
}

}  // namespace headroom::chain
