#pragma once

#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "actors/log_limit.hpp"
#include "actors/ports.hpp"
#include "persistence/detail/attempt.hpp"
#include "persistence/detail/minute.hpp"
#include "persistence/detail/pg_session.hpp"

namespace headroom::persistence {

/// One call of ledger_store::commit. The whole batch is one transaction; when the database refuses
/// an entry of it, the halves are tried one after the other, down to the entries at fault, so that
/// n entries need at most 2n - 1 attempts and each keeps its place in the order.
class batch_commit {
 public:
  /// `link` gives the session, connecting when there is none; `drop` ends a lost one; `lines` and
  /// `seen` outlive this: what one cause may write in a minute, and what earlier commits did.
  batch_commit(std::function<pqxx::connection&()> link, std::function<void()> drop,
               actors::log_limit& lines, const minute& seen)
      : link_{std::move(link)}, drop_{std::move(drop)}, lines_{lines}, seen_{seen} {}

  actors::store_status run(std::span<const journal_entry> batch, std::span<entry_outcome> outcomes,
                           std::optional<buffer_row>& buffer);

 private:
  struct result {
    enum class kind { committed, refused, conflict, too_slow, unavailable, in_doubt } what;
    errc verdict = errc::none;  // when refused
  };

  actors::store_status commit_part(std::span<const journal_entry> part,
                                   std::span<entry_outcome> outcomes);
  result try_part(std::span<const journal_entry> part, std::span<entry_outcome> outcomes);
  void write(pqxx::connection& link, std::span<const journal_entry> part,
             std::span<entry_outcome> outcomes);
  [[nodiscard]] bool may_say(std::string_view cause);
  void keep(const attempt& a, std::span<const journal_entry> part,
            std::span<entry_outcome> outcomes);

  std::function<pqxx::connection&()> link_;
  std::function<void()> drop_;
  actors::log_limit& lines_;
  const minute& seen_;
  std::optional<buffer_row> buffer_;
  bool any_committed_ = false;  // an earlier part of the batch
  bool sent_ = false;           // of this attempt: what commits it was sent
  bool took_effect_ = false;    // of this attempt: and was answered with success
};

}  // namespace headroom::persistence
