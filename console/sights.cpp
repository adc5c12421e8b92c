#include "console/sights.hpp"

#include <algorithm>
#include <cstdio>
#include <span>
#include <utility>

#include "console/cells.hpp"
#include "console/console.hpp"
#include "net/json.hpp"

namespace headroom::console {
namespace {

using nlohmann::json;

constexpr auto right = columns::side::right;
constexpr auto left = columns::side::left;

constexpr field bet_fields[] = {{"BET", "bet_id"},           {"STATUS", "status"},
                                {"AMOUNT", "amount", right}, {"SPENT", "spent", right},
                                {"FEE", "fee", right},       {"SHARES", "shares", right},
                                {"PAYOUT", "payout", right}, {"USER", "user_address"},
                                {"CREATED", "created_at"},   {"FAILURE", "failure"}};
constexpr field deposit_fields[] = {
    {"DEPOSIT", "deposit_id"},       {"STATUS", "status"},     {"AMOUNT", "amount", right},
    {"CREDITED", "credited", right}, {"NETWORK", "network"},   {"CREATED", "created_at"},
    {"CONVERSION", "conversion_id"}, {"WAITS FOR", "waiting"}, {"FAILURE", "failure"}};
constexpr field conversion_fields[] = {{"CONVERSION", "conversion_id"},
                                       {"STATUS", "status"},
                                       {"ROUTE", "route"},
                                       {"AMOUNT", "amount", right},
                                       {"RECEIVED", "received", right},
                                       {"LOSS", "loss", right},
                                       {"DEPOSITS", "deposits", right},
                                       {"ATTEMPTS", "attempts", right},
                                       {"CREATED", "created_at"},
                                       {"FAILURE", "failure"}};
constexpr field withdrawal_fields[] = {{"WITHDRAWAL", "withdrawal_id"}, {"STATUS", "status"},
                                       {"APPROVAL", "needs_approval"},  {"AMOUNT", "amount", right},
                                       {"FEE", "fee", right},           {"TO", "to"},
                                       {"CREATED", "created_at"},       {"FAILURE", "failure"}};
constexpr field webhook_fields[] = {{"WEBHOOK", "webhook_id"},          {"STATUS", "status"},
                                    {"REASON", "disabled_reason"},      {"EVENTS", "events", right},
                                    {"FAILING SINCE", "failing_since"}, {"URL", "url"}};
constexpr field delivery_fields[] = {{"DELIVERY", "delivery", right},
                                     {"TYPE", "type"},
                                     {"STATUS", "status"},
                                     {"TRIES", "tries", right},
                                     {"HTTP", "last_status", right},
                                     {"MS", "last_ms", right},
                                     {"CREATED", "created_at"},
                                     {"NEXT TRY", "next_try_at"},
                                     {"ERROR", "last_error"}};
constexpr field alert_fields[] = {
    {"ALERT", "kind"}, {"SUBJECT", "subject"}, {"SINCE", "since"}, {"TEXT", "text"}};
constexpr field actor_fields[] = {{"ACTOR", "id", right},        {"NAME", "name"},
                                  {"WAITING", "mailbox", right}, {"PROCESSED", "processed", right},
                                  {"BUSY US", "busy_us", right}, {"AGE MS", "age_ms", right},
                                  {"BUSINESS", "business_id"}};

std::span<const field> fields_of(std::string_view list) {
  if (list == "bets") return bet_fields;
  if (list == "deposits") return deposit_fields;
  if (list == "conversions") return conversion_fields;
  if (list == "withdrawals") return withdrawal_fields;
  if (list == "webhooks") return webhook_fields;
  if (list == "deliveries") return delivery_fields;
  return {};
}

std::string line(const char* what, const std::string& words) {
  std::string out = what;
  out.append(out.size() < 12 ? 12 - out.size() : 1, ' ');
  return out + words + "\n";
}

std::string readiness_text(const service_answer& a) {
  const auto ready = net::flag_member(a.body, "ready");
  if (!ready) return line("service", complaint_of(a));
  auto out = line("service", *ready ? "ready" : "NOT ready");
  const auto* parts = net::object_member(a.body, "parts");
  if (parts == nullptr) return out;
  for (const auto& [name, word] : parts->items())
    if (word != "ok") out += line("  part", printable(name) + ": " + cell_of(&word));
  return out;
}

std::string buffer_text(const service_answer& a) {
  if (!a.good()) return line("buffer", complaint_of(a));
  auto out = line("buffer", cell_of(a.body, "usdc_balance") + " USDC, " +
                                cell_of(a.body, "available") + " available, reserve " +
                                cell_of(a.body, "reserve") + ", low: " + cell_of(a.body, "is_low"));
  if (const auto* f = net::object_member(a.body, "forecast"))
    out += line("forecast", cell_of(*f, "level") + "; low in " + cell_of(*f, "seconds_to_low") +
                                " s, empty in " + cell_of(*f, "seconds_to_empty") +
                                " s, arriving " + cell_of(*f, "arriving"));
  return out;
}

std::string solvency_text(const service_answer& a) {
  if (!a.good()) return line("solvent", complaint_of(a));
  const auto since = cell_of(a.body, "insolvent_since");
  return line("solvent", cell_of(a.body, "solvent") + (since == "-" ? "" : ", not since " + since) +
                             "; difference " + cell_of(a.body, "difference") + ", checked " +
                             cell_of(a.body, "checked_at"));
}

std::string alerts_text(const service_answer& a) {
  const auto* all = net::array_member(a.body, "alerts");
  if (!a.good() || all == nullptr) return line("alerts", complaint_of(a));
  auto lasting = json::array();
  for (const auto& x : *all)
    if (const auto* ended = net::member(x, "cleared_at"); ended == nullptr || ended->is_null())
      lasting.push_back(x);
  if (lasting.empty()) return line("alerts", "none");
  return line("alerts", std::to_string(lasting.size())) + "\n" + table_of(alert_fields, lasting);
}

std::uint64_t count_of(const json& row, const char* member) {
  return net::count_member(row, member).value_or(0);
}

/// The row of that name in `list`; null when there is none.
const json* named(const json* list, const std::string& name) {
  if (list == nullptr) return nullptr;
  for (const auto& row : *list)
    if (const auto* text = net::text_member(row, "name"); text != nullptr && *text == name)
      return &row;
  return nullptr;
}

/// What `member` grew by in a second, divided by `unit`; "-" where that is not known.
std::string rate_text(const json& now, const json* before, const char* member, double seconds,
                      double unit) {
  if (before == nullptr || seconds <= 0) return "-";
  const auto a = count_of(*before, member);
  const auto b = count_of(now, member);
  if (b < a) return "-";  // another process
  char out[32];
  std::snprintf(out, sizeof out, "%.1f", static_cast<double>(b - a) / seconds / unit);
  return out;
}

std::string kinds_text(json kinds, const json* before, double seconds) {
  std::stable_sort(kinds.begin(), kinds.end(), [](const json& a, const json& b) {
    return count_of(a, "mailbox") > count_of(b, "mailbox");
  });
  columns out{{{"KIND", left},
               {"LIVE", right},
               {"WAITING", right},
               {"MESSAGES/S", right},
               {"BUSY %", right},
               {"PROCESSED", right}}};
  constexpr double percent_of_us = 10'000;  // of a second's microseconds
  for (const auto& k : kinds) {
    const auto* name = net::text_member(k, "name");
    const auto* old = name != nullptr ? named(before, *name) : nullptr;
    out.add({cell_of(k, "name"), cell_of(k, "live"), cell_of(k, "mailbox"),
             rate_text(k, old, "processed", seconds, 1),
             rate_text(k, old, "busy_us", seconds, percent_of_us), cell_of(k, "processed")});
  }
  return out.text();
}

/// As it was sent when it is JSON, else null.
json as_said(const service_answer& a) { return a.status != 0 && a.error.empty() ? a.body : json{}; }

}  // namespace

std::optional<std::string> list_text(std::string_view list, const json& page) {
  const auto fields = fields_of(list);
  const auto* rows = net::array_member(page, std::string{list}.c_str());
  if (fields.empty() || rows == nullptr) return std::nullopt;
  if (rows->empty()) return "none\n";
  auto out = table_of(fields, *rows);
  if (const auto* next = net::text_member(page, "next_cursor"); next != nullptr && !next->empty())
    out += "more: --cursor " + printable(*next) + "\n";
  return out;
}

int service_state::code() const noexcept {
  const bool heard = readiness.error.empty() && readiness.status != 0;
  if (!heard) return no_answer;
  const bool ready = net::flag_member(readiness.body, "ready").value_or(false);
  const bool solvent = net::flag_member(solvency.body, "solvent").value_or(false);
  return ready && solvent && buffer.good() && alerts.good() ? went_well : was_refused;
}

std::string service_state::json_text() const {
  return net::to_text(json{{"readiness", as_said(readiness)},
                           {"buffer", as_said(buffer)},
                           {"solvency", as_said(solvency)},
                           {"alerts", as_said(alerts)}}) +
         "\n";
}

std::string service_state::text() const {
  return readiness_text(readiness) + buffer_text(buffer) + solvency_text(solvency) +
         alerts_text(alerts);
}

std::optional<std::string> top_text(const json& now, const json& before, double seconds) {
  const auto* kinds = net::array_member(now, "kinds");
  const auto* actors = net::array_member(now, "actors");
  if (kinds == nullptr || actors == nullptr) return std::nullopt;
  auto out = cell_of(now, "total") + " actors\n\n" +
             kinds_text(*kinds, net::array_member(before, "kinds"), seconds);
  if (!actors->empty()) out += "\n" + table_of(actor_fields, *actors);
  return out;
}

std::string event_line(std::string_view name, std::string_view data) {
  auto out = printable(name);
  const auto said = net::read_json(data);
  if (!said || !said->is_object()) return out + "  " + printable(data) + "\n";
  out.append(out.size() < 10 ? 10 - out.size() : 0, ' ');
  for (const auto& [key, value] : said->items())
    if (!value.is_null()) out += "  " + printable(key) + "=" + cell_of(&value);
  return out + "\n";
}

std::string event_json(std::string_view name, std::string_view data) {
  const auto said = net::read_json(data);
  return net::to_text(json{{"event", name}, {"data", said ? *said : json(data)}}) + "\n";
}

std::string webhook_text(const json& webhook) {
  std::string events;
  if (const auto* all = net::array_member(webhook, "events"))
    for (const auto& x : *all) events += (events.empty() ? "" : ", ") + cell_of(&x);
  auto out = line("webhook", cell_of(webhook, "webhook_id")) +
             line("url", cell_of(webhook, "url")) + line("events", events) +
             line("status", cell_of(webhook, "status"));
  constexpr std::pair<const char*, const char*> where_set[] = {{"reason", "disabled_reason"},
                                                               {"since", "disabled_at"},
                                                               {"failing", "failing_since"},
                                                               {"old secret", "old_secret_until"},
                                                               {"secret", "secret"}};
  for (const auto& [what, member] : where_set)
    if (const auto text = cell_of(webhook, member); text != "-") out += line(what, text);
  return out;
}

std::string delivery_text(const json& delivery) {
  auto out = cell_of(delivery, "status") + " in " + cell_of(delivery, "last_ms") + " ms";
  if (const auto why = cell_of(delivery, "last_error"); why != "-") out += ": " + why;
  return out + "\n";
}

std::string action_text(const json& done) {
  auto out = cell_of(done, "action") + " done by " + cell_of(done, "done_by") + " at " +
             cell_of(done, "at") + ": " + cell_of(done, "reason") + "\n";
  if (const auto words = cell_of(done, "done"); words != "-") out += words + "\n";
  return out;
}

}  // namespace headroom::console
