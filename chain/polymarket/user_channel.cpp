#include "chain/polymarket/user_channel.hpp"

#include <algorithm>

#include "chain/polymarket/answers.hpp"
#include "net/json.hpp"

namespace headroom::chain::polymarket {
namespace {

using nlohmann::json;

bool add(channel_frame& to, const json& object, const char* key) {
  const auto* text = net::text_member(object, key);
  const auto hash = text ? hash256::parse(*text) : std::nullopt;
  if (hash) {
    to.orders.push_back(*hash);
  } else {
    ++to.unreadable;
  }
  return hash.has_value();
}

/// It only lies there: nothing can be read of it that we do not know. A status that we do not know
/// says that something happened.
bool rests(const json& order) {
  const auto* status = net::text_member(order, "status");
  const auto word = status ? first_word(*status, "ORDER_STATUS_") : std::string{};
  return word == "LIVE" || word == "DELAYED";
}

bool read_order(channel_frame& to, const json& event) {
  if (!add(to, event, "id")) return false;
  if (rests(event)) to.orders.pop_back();
  return true;
}

bool read_trade(channel_frame& to, const json& event) {
  bool any = add(to, event, "taker_order_id");
  if (const auto* makers = net::array_member(event, "maker_orders"))
    for (const auto& maker : *makers) any = add(to, maker, "order_id") || any;
  return any;
}

void read_event(channel_frame& to, const json& event) {
  const auto* type = net::text_member(event, "event_type");
  if (type && *type == "order") {
    if (read_order(to, event)) ++to.events;
  } else if (type && *type == "trade") {
    if (read_trade(to, event)) ++to.events;
  } else {
    ++to.unreadable;
  }
}

}  // namespace

std::string channel_greeting(const api_credentials& c) {
  return net::to_text(nlohmann::ordered_json{
      {"auth", {{"apiKey", c.key}, {"secret", c.secret}, {"passphrase", c.passphrase}}},
      {"type", "user"}});
}

channel_frame read_channel_frame(std::string_view text) {
  channel_frame out;
  if (text == channel_pong) return out;
  const auto document = net::read_json(text);
  if (document && document->is_array()) {
    for (const auto& event : *document) read_event(out, event);
  } else if (document && document->is_object()) {
    read_event(out, *document);
  } else {
    ++out.unreadable;
  }
  std::sort(out.orders.begin(), out.orders.end());
  out.orders.erase(std::unique(out.orders.begin(), out.orders.end()), out.orders.end());
  return out;
}

}  // namespace headroom::chain::polymarket
