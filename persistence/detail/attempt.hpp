#pragma once

#include <optional>
#include <pqxx/pqxx>
#include <unordered_map>
#include <vector>

#include "domain/ledger.hpp"

namespace headroom::persistence {

/// One try at committing a part of a batch: its transaction and what the statements told about the
/// rows they changed. Thrown away with the transaction when that fails.
class attempt {
 public:
  explicit attempt(pqxx::transaction_base& transaction) : tx{transaction} {}

  pqxx::transaction_base& tx;

  /// A user's changed row: columns user_address, balance, version.
  void changed_user(const pqxx::row& row);
  void changed_buffer(buffer_row row) { buffer_ = row; }

  /// A group's statement was answered: if it commits by itself, it has.
  void statement_done() noexcept { took_effect_ = true; }
  [[nodiscard]] bool took_effect() const noexcept { return took_effect_; }

  /// An entry was in the books already: the verdict then. One that moves money needs the rows as
  /// they are now for its answer.
  errc replayed(const entry_moves& moves = {});
  /// How many were, so far.
  [[nodiscard]] std::size_t replays() const noexcept { return replays_; }

  /// Reads what replayed entries asked for and no statement returned.
  void load_missing();

  [[nodiscard]] const std::optional<buffer_row>& buffer() const noexcept { return buffer_; }
  /// The user's row; version 0 when nothing touched or asked for it.
  void show_user(const address& who, committed& to) const;

 private:
  std::unordered_map<address, balance_row> users_;
  std::optional<buffer_row> buffer_;
  std::vector<address> wanted_;
  std::size_t replays_ = 0;
  bool buffer_wanted_ = false;
  bool took_effect_ = false;
};

/// The rows of users, one per address asked and in that order; version 0 where there is none.
[[nodiscard]] std::vector<balance_row> select_balances(pqxx::transaction_base& tx,
                                                       std::span<const address> users);
[[nodiscard]] buffer_row select_buffer(pqxx::transaction_base& tx);

}  // namespace headroom::persistence
