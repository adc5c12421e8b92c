#include "http/event_hub.hpp"

#include <utility>

#include "http/json_values.hpp"

namespace headroom::http {
namespace {

/// What the subject is the id of.
std::string_view subject_name(const heard_event& e) noexcept {
  if (e.type == event_type::position_settled) return "token_id";
  const auto topic = topic_of(e.type);
  if (topic == "bet") return "bet_id";
  if (topic == "deposit") return "deposit_id";
  if (topic == "position") return "sale_id";
  return "withdrawal_id";
}

void drop_ended(std::vector<std::shared_ptr<event_stream>>& all) {
  std::erase_if(all, [](const auto& s) { return s->ended(); });
}

template <class Map>
void drop_ended_in(Map& all) {
  for (auto& [key, listening] : all) drop_ended(listening);
  std::erase_if(all, [](const auto& entry) { return entry.second.empty(); });
}

}  // namespace

std::optional<stream_event> own_event_of(const heard_event& e) {
  const auto topic = topic_of(e.type);
  if (e.user.is_zero() || topic == "balance" || topic == "buffer" || topic == "conversion")
    return std::nullopt;
  stream_event out;
  out.name = topic;
  out.id = static_cast<std::uint64_t>(e.number);
  out.owner = e.user.hex();
  out.data = to_text(object({
      {"event", to_string(e.type)},
      {subject_name(e), e.subject},
      {"user_address", out.owner},
      {"amount", e.amount},
      {"at", e.at},
  }));
  return out;
}

stream_event balance_event_of(const heard_event& e) {
  const auto owner = e.user.hex();
  return {"balance", to_text(object({{"user_address", owner}, {"balance", e.balance}})), 0,
          "balance " + owner, owner};
}

void event_hub::join(listener who, std::optional<std::string_view> last_event_id) {
  const std::lock_guard lock{mutex_};
  if (who.wants.own) {
    ring_.catch_up(*who.stream, last_event_id,
                   who.user ? std::optional{who.user->hex()} : std::nullopt);
    (who.user ? by_user_[*who.user] : of_all_).push_back(who.stream);
  }
  if (who.wants.buffer) of_buffer_.push_back(who.stream);
  for (const auto& token : who.wants.prices) by_token_[token].push_back(who.stream);
}

void event_hub::begin(std::int64_t newest) {
  const std::lock_guard lock{mutex_};
  if (std::exchange(begun_, true)) return;
  heard_ = newest;
  ring_.begin(static_cast<std::uint64_t>(newest));
  const stream_event resync{"resync", "{}", 0, {}};
  for (const auto& [user, theirs] : by_user_) tell(theirs, resync);
  tell(of_all_, resync);
}

bool event_hub::has_begun() const {
  const std::lock_guard lock{mutex_};
  return begun_;
}

std::int64_t event_hub::heard() const {
  const std::lock_guard lock{mutex_};
  return heard_;
}

void event_hub::tell(const streams& to, const stream_event& e) {
  for (const auto& s : to) s->push(e);
}

void event_hub::hear(const std::vector<heard_event>& news) {
  const std::lock_guard lock{mutex_};
  for (const auto& e : news) {
    if (!begun_ || e.number <= heard_) continue;
    heard_ = e.number;
    const auto own = own_event_of(e);
    if (!own) continue;
    ring_.keep(*own);
    const auto theirs = by_user_.find(e.user);
    if (theirs == by_user_.end() && of_all_.empty()) continue;
    const auto balance = balance_event_of(e);
    for (const auto& x : {*own, balance}) {
      if (theirs != by_user_.end()) tell(theirs->second, x);
      tell(of_all_, x);
    }
  }
}

void event_hub::tell_buffer(const std::string& data) {
  const std::lock_guard lock{mutex_};
  tell(of_buffer_, {"buffer", data, 0, "buffer", {}});
}

void event_hub::tell_price(const uint256& token, const std::string& data) {
  const std::lock_guard lock{mutex_};
  const auto to = by_token_.find(token);
  if (to != by_token_.end()) tell(to->second, {"price", data, 0, "price " + token.decimal(), {}});
}

std::vector<uint256> event_hub::wanted_prices() {
  const std::lock_guard lock{mutex_};
  drop_ended_in(by_token_);
  std::vector<uint256> out;
  out.reserve(by_token_.size());
  for (const auto& [token, listening] : by_token_) out.push_back(token);
  return out;
}

std::size_t event_hub::listeners() const {
  const std::lock_guard lock{mutex_};
  auto out = of_all_.size() + of_buffer_.size();
  for (const auto& [user, listening] : by_user_) out += listening.size();
  for (const auto& [token, listening] : by_token_) out += listening.size();
  return out;
}

void event_hub::forget_ended() {
  const std::lock_guard lock{mutex_};
  drop_ended(of_all_);
  drop_ended(of_buffer_);
  drop_ended_in(by_user_);
  drop_ended_in(by_token_);
}

}  // namespace headroom::http
