#pragma once

#include <map>
#include <span>

#include "domain/journal.hpp"

namespace headroom::test {

/// The table chain_operations in memory, with its unique indexes and the rules of
/// persistence/detail/operation_entries.cpp.
class memory_outbox {
 public:
  using attempts = std::vector<chain_operation>;  // of one operation, oldest first

  /// `replayed` is set when all of it was there before.
  errc record(const record_operations& x, bool& replayed);
  errc finish(const finish_operation& x, bool& replayed);

  [[nodiscard]] attempts find(const operation_id& id) const;
  [[nodiscard]] attempts open(std::uint64_t chain_id, const address& account) const;
  /// An account's attempts from a nonce on, by nonce, at most `limit`.
  [[nodiscard]] attempts from(std::uint64_t chain_id, const address& account, std::uint64_t nonce,
                              std::uint32_t limit) const;
  [[nodiscard]] attempts of(std::span<const hash256> transactions) const;
  [[nodiscard]] std::uint64_t next_nonce(std::uint64_t chain_id, const address& account) const;
  [[nodiscard]] const std::map<operation_id, attempts>& all() const noexcept { return rows_; }

 private:
  [[nodiscard]] errc look_up(const chain_operation& row, bool& known) const;

  std::map<operation_id, attempts> rows_;
};

}  // namespace headroom::test
