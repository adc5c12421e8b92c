#include <algorithm>

#include "http/auth.hpp"
#include "http/fields.hpp"
#include "http/own_data.hpp"
#include "http/routes.hpp"

namespace headroom::http {
namespace {

constexpr std::size_t most_prices = 50;  // of one stream
constexpr std::size_t longest_id = 20;
constexpr std::string_view price_prefix = "market:";

/// What readers of users' data may hear.
bool of_users(const event_topics& t) { return t.own || t.buffer || !t.prices.empty(); }

event_topics read_topics(std::string_view text) {
  event_topics out;
  while (!text.empty()) {
    const auto topic = text.substr(0, text.find(','));
    text.remove_prefix(std::min(topic.size() + 1, text.size()));
    if (topic == "me") {
      out.own = true;
    } else if (topic == "buffer") {
      out.buffer = true;
    } else if (topic == "alerts") {
      out.alerts = true;
    } else if (topic.starts_with(price_prefix) && out.prices.size() < most_prices) {
      out.prices.push_back(read_token("topics", topic.substr(price_prefix.size())));
    } else {
      throw bad_field("topics",
                      "must be some of me, buffer, alerts and market:<token_id>, at most 50");
    }
  }
  if (!out.alerts && !of_users(out)) throw bad_field("topics", "must name at least one");
  std::sort(out.prices.begin(), out.prices.end());
  out.prices.erase(std::unique(out.prices.begin(), out.prices.end()), out.prices.end());
  return out;
}

/// What no stream of ours has said is not known, so everything is read anew.
std::optional<std::string> last_event_id(const request& r) {
  const auto given = r["Last-Event-ID"];
  if (given.count == 0) return std::nullopt;
  return std::string{given.text.substr(0, longest_id)};
}

}  // namespace

/// `me`: of a user their own; of a key everybody's, or the named user's alone. `alerts`: of keys
/// that inspect.
void get_events(exchange& x) {
  const auto* reader = reader_of(x);
  if (reader == nullptr) require_scope(x, {scope::read, scope::trade, scope::inspect});
  const query_fields query{x.asked().query, {"topics", "user_address"}};
  std::optional<address> user;
  if (const auto text = query.text("user_address"))
    user = read_address(x.services().ethereum, "user_address", *text);
  if (reader != nullptr) user = listed_for(*reader, user);
  auto wants = read_topics(query.text("topics").value_or("me,buffer"));
  if (wants.alerts) require_scope(x, {scope::inspect});
  if (of_users(wants)) require_reader(x);
  const auto last = last_event_id(x.asked());
  auto stream = x.open_stream();
  x.shared().hub.join({std::move(stream), user, std::move(wants)}, last);
}

}  // namespace headroom::http
