#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/bytes.hpp"

namespace headroom {

/// A 128-bit id with a meaning, written as a UUID. Ids of money movements are derived from the
/// caller's idempotency key (see derived_id), so that a repeated request names the same thing.
template <class Tag>
struct uuid : fixed_bytes<16, Tag> {
  /// "xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx", lower case.
  [[nodiscard]] std::string text() const {
    auto hex = to_hex(this->bytes);
    for (const std::size_t at : {20U, 16U, 12U, 8U}) hex.insert(at, 1, '-');
    return hex;
  }
  [[nodiscard]] static std::optional<uuid> parse(std::string_view text) {
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
        text[23] != '-')
      return std::nullopt;
    std::string hex;
    for (const char c : text)
      if (c != '-') hex.push_back(c);
    uuid out;
    if (hex.size() != 32 || hex.starts_with("0x") || !from_hex_exact(hex, out.bytes))
      return std::nullopt;
    return out;
  }
  /// The first 128 bits of a digest, marked as a version 8 (custom) UUID of RFC 9562.
  [[nodiscard]] static uuid from_digest(const hash256& digest) noexcept {
    uuid out;
    for (std::size_t i = 0; i < 16; ++i) out.bytes[i] = digest.bytes[i];
    out.bytes[6] = static_cast<std::uint8_t>((out.bytes[6] & 0x0f) | 0x80);
    out.bytes[8] = static_cast<std::uint8_t>((out.bytes[8] & 0x3f) | 0x80);
    return out;
  }
};

using bet_id = uuid<struct bet_tag>;
using sale_id = uuid<struct sale_tag>;
using withdrawal_id = uuid<struct withdrawal_tag>;
using payout_id = uuid<struct payout_tag>;
using deposit_id = uuid<struct deposit_tag>;
using conversion_id = uuid<struct conversion_tag>;
using replenish_id = uuid<struct replenish_tag>;
/// A price that was promised for a few seconds; random, so that it cannot be guessed.
using quote_id = uuid<struct quote_tag>;
using delegation_id = uuid<struct delegation_tag>;
/// One intended chain transaction (whatever number of fee bumps it takes); derived from its
/// purpose.
using operation_id = uuid<struct operation_tag>;
/// Money taken tentatively, on its way to the journal (domain/balance.hpp), by the id of what it is
/// taken for.
using hold_id = uuid<struct hold_tag>;

/// What a hold is for: whose entry ends it, and who goes on with it when its owner died.
enum class hold_kind : std::uint8_t { bet = 0, sale = 1, withdrawal = 2 };

/// A bet has one hold, which is its id. A sale's stands in the books alone, but is named likewise.
template <class Tag>
[[nodiscard]] constexpr hold_id hold_of(const uuid<Tag>& of) noexcept {
  hold_id out;
  out.bytes = of.bytes;
  return out;
}
/// The bet of a hold whose kind is `bet`.
[[nodiscard]] constexpr bet_id bet_of(const hold_id& hold) noexcept {
  bet_id out;
  out.bytes = hold.bytes;
  return out;
}
/// The withdrawal of one whose kind is `withdrawal`.
[[nodiscard]] constexpr withdrawal_id withdrawal_of(const hold_id& hold) noexcept {
  withdrawal_id out;
  out.bytes = hold.bytes;
  return out;
}
/// The sale of one whose kind is `sale`.
[[nodiscard]] constexpr sale_id sale_of(const hold_id& hold) noexcept {
  sale_id out;
  out.bytes = hold.bytes;
  return out;
}

}  // namespace headroom

template <class Tag>
struct std::hash<headroom::uuid<Tag>> : std::hash<headroom::fixed_bytes<16, Tag>> {};
