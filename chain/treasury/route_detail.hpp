#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "domain/bytes.hpp"

namespace headroom::chain {

/// What a step remembers between looks, as the words a human reads in the conversion's record:
/// "guid=0x.. from=123 since=99 at=1800000000 note=waiting for delivery". A note is the last field
/// and may hold blanks.
struct route_detail {
  hash256 guid;                             // what the bridge calls this move; zero: not known yet
  std::optional<std::uint64_t> from_block;  // the message cannot have arrived before it
  std::string note;
  std::optional<std::uint64_t> since_block{};  // of the source chain: nothing was sent before it
  std::optional<std::uint64_t> seen_at{};      // unix seconds: when it was first seen to have left
  bool asked_again = false;                    // for what comes once, as a service's second try
  std::string parts{};  // of a step that goes in several, in its leg's words, without blanks

  [[nodiscard]] std::string text() const;
  /// Never fails: what cannot be read is left out.
  [[nodiscard]] static route_detail parse(std::string_view text);
};

}  // namespace headroom::chain
