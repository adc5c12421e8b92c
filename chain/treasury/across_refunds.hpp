#pragma once

#include <map>
#include <optional>
#include <utility>

#include "chain/treasury/across.hpp"

namespace headroom::chain {

/// What the source chain says of one account's deposits into one pool and of what came back, by
/// final blocks alone. A bundle pays what belongs to one account in one transfer and names no
/// deposit, so money is matched by sum, and in the order of the deadlines: whichever route or
/// conversion made a deposit, held or ended or forgotten, it takes its place, and what came back is
/// counted once.
struct across_refunds {
  enum class fill : std::uint8_t { unknown = 0, filled = 1, never = 2 };
  struct deposit {
    std::uint64_t amount = 0;
    std::uint64_t deadline = 0;
    fill end = fill::unknown;
  };
  struct refund {
    hash256 tx;
    std::uint64_t amount = 0;
    std::uint64_t time = 0;  // of its block; 0: not read yet
  };
  std::map<hash256, deposit> deposits;                             // by relay hash
  std::map<std::pair<std::uint64_t, std::uint64_t>, refund> back;  // by block and log
  std::uint64_t start = UINT64_MAX;  // block: earlier ones are not read
  std::uint64_t next_deposits = 0;   // the first block that is not read yet
  std::uint64_t next_refunds = 0;

  /// Starts anew where `first` is before what was read.
  void reach_back_to(std::uint64_t first);
  /// The transfer that gave back the last of `mine`, which nobody filled; nothing: none yet. Those
  /// with its deadline or an earlier one must be known as filled or not.
  [[nodiscard]] std::optional<hash256> returned_by(const hash256& mine) const;
};

}  // namespace headroom::chain
