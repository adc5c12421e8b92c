#pragma once

#include <gtest/gtest.h>

#include <initializer_list>

#include "persistence/pg_reader.hpp"
#include "persistence/pg_store.hpp"
#include "persistence/verify.hpp"
#include "tests/support/postgres.hpp"

namespace headroom::test {

using actors::store_status;

/// The same id for the same number, whatever its kind.
template <class Id>
Id id_of(std::uint64_t n) {
  Id out;
  for (std::size_t i = 0; i < 8; ++i)
    out.bytes[Id::size - 1 - i] = static_cast<std::uint8_t>(n >> (8 * i));
  out.bytes[0] = 0xab;
  return out;
}

inline address user_of(std::uint64_t n) { return id_of<address>(n); }

inline constexpr timestamp noon{1'763'726'400'123'456};  // 2025-11-21 12:00, with microseconds

bet a_bet(std::uint64_t n, const address& user, usdc amount);
deposit a_deposit(std::uint64_t n, const address& user, usdc amount);
conversion a_conversion(std::uint64_t n, usdc amount, std::vector<deposit_id> deposits);
chain_operation an_operation(std::uint64_t n, std::uint64_t nonce, std::uint32_t attempt = 0);
finish_bet filled(const bet& b, usdc spent, usdc fee);
finish_bet failed(const bet& b);

/// A migrated database of its own, a store that writes to it and a reader beside it.
struct books : testing::Test {
  fresh_database db;
  persistence::pg_store store{{db.conninfo()}};
  persistence::pg_reader reader{{db.conninfo()}};
  std::vector<entry_outcome> outcomes;
  std::optional<buffer_row> buffer;

  /// Commits and expects the store to be there.
  void commit(const std::vector<journal_entry>& batch);
  /// Commits one entry and answers its verdict.
  errc one(journal_entry entry);
  /// The verdicts of a batch, in order.
  std::vector<errc> verdicts(const std::vector<journal_entry>& batch);

  /// Credits a user by a settled deposit; the number is the deposit's id.
  void fund(std::uint64_t n, const address& user, usdc amount);
  void fill_buffer(usdc amount);
  usdc balance_of(const address& user);
  buffer_row the_buffer();
  bet the_bet(const bet_id& id);

  /// What operators did, oldest first, as "who action target" lines.
  std::vector<std::string> actions();
  /// What verify finds, as "what: stored/replayed" lines; "" when the books are clean.
  std::string differences();
};

}  // namespace headroom::test
