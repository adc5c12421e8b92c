#include "persistence/pg_store.hpp"

#include <spdlog/spdlog.h>

#include "persistence/detail/commit.hpp"
#include "persistence/detail/entries.hpp"
#include "persistence/detail/minute.hpp"
#include "persistence/detail/position_reads.hpp"
#include "persistence/detail/rows.hpp"
#include "persistence/detail/session_holder.hpp"
#include "persistence/detail/sql_failure.hpp"
#include "persistence/detail/withdrawal_reads.hpp"
#include "persistence/detail/writer.hpp"
#include "persistence/migrations.hpp"

namespace headroom::persistence {

using actors::store_status;

/// What reads and writes on the writer's session.
class pg_store::link {
 public:
  link(const store_settings& settings, std::int64_t incarnation)
      : conninfo{settings.conninfo}, writer{[settings, incarnation] {
          return open_writer(settings, incarnation);
        }} {}

  const std::string conninfo;
  session_holder writer;
  minute seen;

  /// A read on the writer's session, so that it sees everything committed through it.
  template <class Read>
  store_status read(Read read) try {
    pqxx::nontransaction tx{writer.get()};
    read(tx);
    return store_status::ok;
  } catch (const pqxx::sql_error& e) {
    if (writer.may_say("journal.read_failed"))
      spdlog::warn("journal.read_failed sqlstate={} reason=\"{}\"", e.sqlstate(), e.what());
    if (read_failure(e).consequence == sql_consequence::too_slow) return store_status::too_slow;
    writer.drop();
    return store_status::unavailable;
  } catch (const std::exception& e) {
    if (writer.may_say("journal.read_failed"))
      spdlog::warn("journal.read_failed reason=\"{}\"", e.what());
    writer.drop();
    return store_status::unavailable;
  }
};

pg_store::pg_store(const store_settings& settings, std::int64_t incarnation)
    : link_{std::make_unique<link>(settings, incarnation)} {}

pg_store::~pg_store() = default;

std::string pg_store::open() try {
  check_schema(link_->conninfo);
  link_->writer.get();
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
  auto& writer = link_->writer;
  const auto status = batch_commit{[&]() -> pqxx::connection& { return writer.get(); },
                                   [&] { writer.drop(); }, writer.lines(), link_->seen}
                          .run(batch, outcomes, buffer);
  if (status == store_status::ok) link_->seen.saw(batch, outcomes, buffer);
  return status;
}

store_status pg_store::load_balances(std::span<const address> users,
                                     std::vector<balance_row>& rows) {
  return link_->read([&](pqxx::transaction_base& tx) { rows = select_balances(tx, users); });
}

store_status pg_store::load_buffer(buffer_row& row) {
  return link_->read([&](pqxx::transaction_base& tx) { row = select_buffer(tx); });
}

store_status pg_store::find_bets(std::span<const bet_id> ids,
                                 std::vector<std::optional<bet>>& rows) {
  return link_->read([&](pqxx::transaction_base& tx) {
    const auto stored = select_bets(tx, ids);
    rows.clear();
    for (const auto& id : ids) {
      const auto found = stored.find(id);
      rows.push_back(found == stored.end() ? std::nullopt : std::optional{found->second});
    }
  });
}

store_status pg_store::find_sale(const sale_id& id, std::optional<sale>& row) {
  return link_->read([&](pqxx::transaction_base& tx) { row = select_sale(tx, id); });
}

store_status pg_store::find_withdrawal(const withdrawal_id& id, std::optional<withdrawal>& row) {
  return link_->read([&](pqxx::transaction_base& tx) { row = select_withdrawal(tx, id); });
}

int pg_store::backend_pid() const noexcept { return link_->writer.pid(); }

}  // namespace headroom::persistence
