#include "persistence/pg_store.hpp"

#include <spdlog/spdlog.h>

#include "persistence/detail/commit.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/sql_failure.hpp"
#include "persistence/detail/writer.hpp"
#include "persistence/migrations.hpp"

namespace headroom::persistence {

using actors::store_status;

/// The session, opened when needed and forgotten when lost.
class pg_store::session_holder {
 public:
  explicit session_holder(store_settings settings) : settings_{std::move(settings)} {}

  pqxx::connection& get() {
    if (!session_) session_ = open_writer(settings_);
    return *session_;
  }
  void drop() { session_.reset(); }
  [[nodiscard]] int pid() const noexcept { return session_ ? session_->backendpid() : 0; }
  [[nodiscard]] const std::string& conninfo() const noexcept { return settings_.conninfo; }
  [[nodiscard]] actors::log_limit& lines() noexcept { return lines_; }

  /// A read on the writer's session, so that it sees everything committed through it.
  template <class Read>
  store_status read(Read read) try {
    pqxx::nontransaction tx{get()};
    read(tx);
    return store_status::ok;
  } catch (const pqxx::sql_error& e) {
    if (may_say_read_failed())
      spdlog::warn("journal.read_failed sqlstate={} reason=\"{}\"", e.sqlstate(), e.what());
    if (read_failure(e).consequence == sql_consequence::too_slow) return store_status::too_slow;
    drop();
    return store_status::unavailable;
  } catch (const std::exception& e) {
    if (may_say_read_failed()) spdlog::warn("journal.read_failed reason=\"{}\"", e.what());
    drop();
    return store_status::unavailable;
  }

 private:
  [[nodiscard]] bool may_say_read_failed() {
    return lines_.due("journal.read_failed", actors::log_limit::time_point::clock::now());
  }

  store_settings settings_;
  session session_;
  actors::log_limit lines_;
};

pg_store::pg_store(store_settings settings)
    : holder_{std::make_unique<session_holder>(std::move(settings))} {}

pg_store::~pg_store() = default;

std::string pg_store::open() try {
  check_schema(holder_->conninfo());
  holder_->get();
  return "";
} catch (const std::exception& e) {
  return e.what();
}

store_status pg_store::commit(std::span<const journal_entry> batch,
                              std::vector<entry_outcome>& outcomes,
                              std::optional<buffer_row>& buffer) {
  outcomes.assign(batch.size(), entry_outcome{});
  buffer.reset();
  if (batch.empty()) return store_status::ok;
  return batch_commit{[this]() -> pqxx::connection& { return holder_->get(); },
                      [this] { holder_->drop(); }, holder_->lines()}
      .run(batch, outcomes, buffer);
}

store_status pg_store::load_balances(std::span<const address> users,
                                     std::vector<balance_row>& rows) {
  return holder_->read([&](pqxx::transaction_base& tx) { rows = select_balances(tx, users); });
}

store_status pg_store::load_buffer(buffer_row& row) {
  return holder_->read([&](pqxx::transaction_base& tx) { row = select_buffer(tx); });
}

store_status pg_store::find_bets(std::span<const bet_id> ids,
                                 std::vector<std::optional<bet>>& rows) {
  return holder_->read([&](pqxx::transaction_base& tx) {
    const auto stored = select_bets(tx, ids);
    rows.clear();
    for (const auto& id : ids) {
      const auto found = stored.find(id);
      rows.push_back(found == stored.end() ? std::nullopt : std::optional{found->second});
    }
  });
}

int pg_store::backend_pid() const noexcept { return holder_->pid(); }

}  // namespace headroom::persistence
