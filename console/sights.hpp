#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "console/service_client.hpp"

/// The API's JSON as people read it. Fields that are not there are "-"; nothing here throws on any
/// JSON.
namespace headroom::console {

/// A page of /bets, /deposits, /conversions or /withdrawals ("bets", ...), /webhooks, or what one
/// of those was told ("deliveries"): a table, and how to ask for the next page. Nothing: no such
/// list, or the answer has none.
[[nodiscard]] std::optional<std::string> list_text(std::string_view list,
                                                   const nlohmann::json& page);

/// What `status` has asked for; each may be refused or missing.
struct service_state {
  service_answer readiness;
  service_answer buffer;
  service_answer solvency;
  service_answer alerts;

  /// Ready, solvent, and everything was answered.
  [[nodiscard]] int code() const noexcept;
  /// {"readiness", "buffer", "solvency", "alerts"}: each as the service said it.
  [[nodiscard]] std::string json_text() const;
  [[nodiscard]] std::string text() const;
};

/// /inspector/actors: kinds with what waits for them, and the single actors that are shown. Rates
/// are those since `before`, which is `seconds` older.
[[nodiscard]] std::optional<std::string> top_text(const nlohmann::json& now,
                                                  const nlohmann::json& before, double seconds);

/// One event of /events on a line: its name, then what its data says.
[[nodiscard]] std::string event_line(std::string_view name, std::string_view data);
/// The same for programs: {"event", "data"}.
[[nodiscard]] std::string event_json(std::string_view name, std::string_view data);

/// One webhook, field by field; its secret where the answer has one.
[[nodiscard]] std::string webhook_text(const nlohmann::json& webhook);
/// How a test went.
[[nodiscard]] std::string delivery_text(const nlohmann::json& delivery);

/// What POST /operator/actions answered.
[[nodiscard]] std::string action_text(const nlohmann::json& done);

}  // namespace headroom::console
