#include "webhooks/webhook_message.hpp"

#include <nlohmann/json.hpp>

#include "webhooks/signature.hpp"

namespace headroom::webhooks {
namespace {

using json = nlohmann::ordered_json;

/// What an event's subject is the id of; "" for the buffer's, which has none.
std::string_view subject_name(event_type t) noexcept {
  if (t == event_type::position_settled) return "token_id";
  const auto topic = topic_of(t);
  if (topic == "bet") return "bet_id";
  if (topic == "deposit") return "deposit_id";
  if (topic == "conversion") return "conversion_id";
  if (topic == "position") return "sale_id";
  if (topic == "withdrawal") return "withdrawal_id";
  return "";
}

json data_of(const heard_event& e) {
  json out;
  out["number"] = e.number;
  if (const auto name = subject_name(e.type); !name.empty()) out[std::string{name}] = e.subject;
  if (!e.user.is_zero()) out["user_address"] = e.user.hex();
  out["amount"] = to_string(e.amount);
  return out;
}

}  // namespace

std::string body_of(const due_delivery& what) {
  json out;
  out["type"] = what.row.is_test() ? "webhook.test" : std::string{to_string(what.event.type)};
  out["timestamp"] = to_rfc3339(what.row.is_test() ? what.row.created_at : what.event.at);
  out["data"] =
      what.row.is_test() ? json{{"webhook_id", what.row.webhook.text()}} : data_of(what.event);
  return out.dump();
}

net::http_request request_of(const webhook& to, const due_delivery& what, timestamp now) {
  net::http_request out;
  out.method = "POST";
  out.url = to.url;
  out.body = body_of(what);
  const auto id = message_id_of(what.row);
  out.headers = {{"content-type", "application/json"},
                 {"user-agent", "headroom-webhooks/1"},
                 {"webhook-id", id},
                 {"webhook-timestamp", std::to_string(now.seconds())},
                 {"webhook-signature", signatures_of(to, id, now, out.body)}};
  return out;
}

verdict verdict_of(std::uint32_t status) noexcept {
  if (status >= 200 && status < 300) return verdict::delivered;
  return status == 410 ? verdict::gone : verdict::failed;
}

std::string words_of(std::uint32_t status, const std::string& error) {
  if (status == 0) return error.empty() ? "no answer" : error;
  if (verdict_of(status) == verdict::delivered) return "";
  if (status >= 300 && status < 400) return "redirects are not followed";
  return "answered " + std::to_string(status);
}

}  // namespace headroom::webhooks
