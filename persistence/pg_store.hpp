#pragma once

#include <memory>
#include <string>

#include "actors/ports.hpp"
#include "persistence/database_settings.hpp"

namespace headroom::persistence {

/// The journal's place in PostgreSQL and its only writer: the session holds an advisory lock, so a
/// second process is turned away, and a session opened after a lost one starts only when the old
/// backend, with whatever it was about to commit, has ended. Nothing is retried blindly: a lost
/// session is `in_doubt` if anything may have been committed, else `unavailable`. Not thread-safe.
class pg_store final : public actors::ledger_store {
 public:
  /// `incarnation`: of this node's life among others; 0: it is alone.
  explicit pg_store(const store_settings& settings, std::int64_t incarnation = 0);
  ~pg_store() override;

  /// Connects now instead of at the first use. "" or one sentence for the operator: no connection,
  /// another writer (with its backend's pid), a schema that is not this binary's.
  [[nodiscard]] std::string open();

  actors::store_status commit(std::span<const journal_entry> batch,
                              std::vector<entry_outcome>& outcomes,
                              std::optional<buffer_row>& buffer) override;
  actors::store_status load_balances(std::span<const address> users,
                                     std::vector<balance_row>& rows) override;
  actors::store_status load_buffer(buffer_row& row) override;
  actors::store_status find_bets(std::span<const bet_id> ids,
                                 std::vector<std::optional<bet>>& rows) override;
  actors::store_status find_sale(const sale_id& id, std::optional<sale>& row) override;
  actors::store_status find_withdrawal(const withdrawal_id& id,
                                       std::optional<withdrawal>& row) override;

  /// Process id of the session's backend, 0 without a session. For logs and fault tests.
  [[nodiscard]] int backend_pid() const noexcept;

 private:
  class link;
  std::unique_ptr<link> link_;
};

}  // namespace headroom::persistence
