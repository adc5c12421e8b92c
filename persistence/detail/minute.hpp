#pragma once

#include <algorithm>
#include <cstdint>
#include <optional>
#include <span>

#include "domain/journal.hpp"

namespace headroom::persistence {

class attempt;

/// What the writer saw since the last row of the buffer's history: kept in its memory, so that no
/// commit of a bet writes more than before. What was seen before a restart is lost with it, but for
/// the bets, which the next row counts by the books.
class minute {
 public:
  /// After each commit, with the buffer's row when it was touched.
  void saw(std::span<const journal_entry> batch, std::span<const entry_outcome> outcomes,
           const std::optional<buffer_row>& buffer);

  [[nodiscard]] std::optional<usdc> lowest() const noexcept { return lowest_; }
  /// Nothing: it was not there for all of it.
  [[nodiscard]] std::optional<std::int64_t> bets() const noexcept {
    return whole_ ? std::optional{bets_} : std::nullopt;
  }

 private:
  std::optional<usdc> lowest_;  // nothing: the buffer was not touched
  std::int64_t bets_ = 0;
  bool whole_ = false;
};

/// Writes the row, with what was seen; what is too old goes.
[[nodiscard]] errc note_minute(attempt& a, const note_buffer& x, const minute& seen);

}  // namespace headroom::persistence
