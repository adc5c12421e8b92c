#pragma once

#include <map>

#include "domain/reports.hpp"
#include "tests/support/memory_outbox.hpp"

namespace headroom::test {

/// What the books in memory know of withdrawals, with the rules of the real store. Money is posted
/// by whoever asks (memory_books): `none` is leave to.
struct memory_withdrawals {
  std::map<withdrawal_id, withdrawal> rows;  // as stored: never `sent`
  bool paused = false;

  errc accept(const accept_withdrawal& x, bool& replayed);
  errc approve(const approve_withdrawal& x, bool& replayed);
  errc finish(const finish_withdrawal& x, const memory_outbox& outbox, bool& replayed);

  /// Whether these rows may enter the outbox: the trigger of the real one.
  [[nodiscard]] bool may_store(const record_operations& x, const memory_outbox& outbox) const;

  /// As the reader shows it: `sent` once it has a transaction.
  [[nodiscard]] std::optional<withdrawal> find(const withdrawal_id& id,
                                               const memory_outbox& outbox) const;
  [[nodiscard]] withdrawal_page list(const withdrawal_filter& f, const memory_outbox& outbox) const;
  [[nodiscard]] std::vector<withdrawal> open(const memory_outbox& outbox) const;
  /// Of open ones; `leaving`: of those that may be on the chain.
  [[nodiscard]] usdc outgoing(const memory_outbox& outbox, bool leaving) const;

 private:
  /// Its transactions with one of these two statuses.
  static std::size_t count(const withdrawal_id& id, const memory_outbox& outbox,
                           operation_status one, operation_status other);
};

}  // namespace headroom::test
