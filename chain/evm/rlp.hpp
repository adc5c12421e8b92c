#pragma once

#include <optional>
#include <span>
#include <vector>

#include "domain/bytes.hpp"

/// Recursive Length Prefix, as far as transactions need it. Encoders give finished items; `list`
/// takes items.
namespace headroom::chain::rlp {

[[nodiscard]] byte_vector bytes(byte_view data);
/// Big-endian without leading zeros; 0 is the empty string.
[[nodiscard]] byte_vector integer(std::uint64_t value);
[[nodiscard]] byte_vector integer(byte_view big_endian);
[[nodiscard]] byte_vector list(std::span<const byte_vector> items);

/// One decoded item; `payload` points into the input.
struct item {
  bool is_list = false;
  byte_view payload;

  /// A canonical integer (no leading zero) that fits.
  [[nodiscard]] std::optional<std::uint64_t> number() const;
  /// A canonical integer of up to 32 bytes, left-padded.
  [[nodiscard]] std::optional<uint256> word() const;
};
/// All items standing one after the other in `data`; nothing unless every byte is canonical RLP.
[[nodiscard]] std::optional<std::vector<item>> items(byte_view data);

}  // namespace headroom::chain::rlp
