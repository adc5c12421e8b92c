#pragma once

#include <memory>

#include "actors/webhook_port.hpp"
#include "persistence/database_settings.hpp"

namespace headroom::persistence {

/// Webhooks and their deliveries, on a session of their own: neither the journal nor a reader waits
/// for them. Every call is one commit of its own; one whose answer was lost may be repeated. Not
/// thread-safe.
class pg_webhooks final : public actors::webhook_store {
 public:
  explicit pg_webhooks(const reader_settings& settings);
  ~pg_webhooks() override;

  std::optional<std::vector<webhook>> list() override;
  std::optional<webhook> add(const webhook& row, const std::string& by) override;
  bool change(const webhook& row, const actors::webhook_change& how) override;
  std::optional<actors::told_events> tell(timestamp now, std::uint32_t most) override;
  std::optional<std::vector<due_delivery>> due(
      timestamp now, std::span<const actors::delivery_wish> wishes) override;
  std::optional<webhook_delivery> add_test(const webhook_id& id, const std::string& by,
                                           timestamp now) override;
  bool record(std::span<const delivery_result> results) override;
  std::optional<delivery_page> deliveries(const delivery_filter& filter) override;
  bool forget(timestamp kept, timestamp expired) override;

 private:
  class link;
  std::unique_ptr<link> link_;
};

}  // namespace headroom::persistence
