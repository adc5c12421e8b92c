#include "chain/treasury/oneinch_venue.hpp"

#include <algorithm>

#include "actors/alerts.hpp"
#include "net/retry_after.hpp"

namespace headroom::chain {
namespace {

constexpr std::string_view alert_subject = "1inch";
constexpr std::chrono::seconds shortest_rest{1};
constexpr std::chrono::seconds longest_rest{30};
constexpr std::size_t most_kept = 16;  // answers; conversions run side by side

prepared_swap nothing(std::string why) {
  prepared_swap out;
  out.problem = std::move(why);
  return out;
}

bool same(const oneinch::swap_terms& a, const oneinch::swap_terms& b) {
  return a.token_in == b.token_in && a.token_out == b.token_out && a.amount == b.amount &&
         a.wallet == b.wallet;
}

}  // namespace

oneinch_door::oneinch_door(oneinch_settings settings, http_actor web, std::string key)
    : settings_{std::move(settings)},
      web_{std::move(web)},
      key_{std::move(key)},
      turns_{settings_.requests_per_second, std::max(settings_.requests_per_second, 1.0)} {}

bool oneinch_door::may_ask(time_point now) {
  const std::lock_guard lock{mutex_};
  return turns_.take(now);
}

void oneinch_door::rest(time_point now, std::chrono::seconds time) {
  const std::lock_guard lock{mutex_};
  turns_.drain(now + std::clamp(time, shortest_rest, longest_rest));
}

oneinch_venue::oneinch_venue(std::shared_ptr<oneinch_door> door, std::uint32_t slippage_bps)
    : door_{std::move(door)}, slippage_bps_{slippage_bps} {}

oneinch::swap_terms oneinch_venue::terms_of(const swap_order& order) const {
  return {router(), order.token_in, order.token_out, order.amount_in, order.wallet, slippage_bps_};
}

void oneinch_venue::quote(const leg_house& house, const swap_order& order,
                          std::function<void(swap_offer)> then) {
  ask(house, terms_of(order), [then = std::move(then)](const oneinch::swap_reading& r) {
    swap_offer out;
    out.calls = 1;
    out.readable = r.swap.has_value() || r.refused;
    if (r.swap) out.out = r.swap->out;
    if (!r.swap) out.refusal = r.unsafe.empty() ? r.problem : "1inch's calldata is unsafe";
    then(out);
  });
}

void oneinch_venue::prepare(const leg_house& house, const swap_order& order, std::uint64_t least,
                            std::uint64_t, std::function<void(prepared_swap)> then) {
  const auto finish = [to = router(), least, then](const oneinch::checked_swap& s) {
    if (s.out < least) return then(nothing("1inch's price has moved"));
    prepared_swap out;
    out.call = actors::contract_call{to, oneinch::with_minimum(s, least), {}, 0};
    then(std::move(out));
  };
  const auto terms = terms_of(order);
  if (const auto* known = kept(terms, house.self->clock().now())) return finish(known->swap);
  ask(house, terms, [finish, then](const oneinch::swap_reading& r) {
    if (r.swap) return finish(*r.swap);
    then(nothing(r.unsafe.empty() ? r.problem : "1inch's calldata is unsafe"));
  });
}

const oneinch_venue::kept_answer* oneinch_venue::kept(const oneinch::swap_terms& t,
                                                      oneinch_door::time_point now) const {
  const auto i = std::find_if(answers_.begin(), answers_.end(),
                              [&](const auto& a) { return same(a.terms, t) && now < a.until; });
  return i == answers_.end() ? nullptr : &*i;
}

void oneinch_venue::ask(const leg_house& house, const oneinch::swap_terms& t,
                        std::function<void(const oneinch::swap_reading&)> then) {
  if (!door_->may_ask(house.self->clock().now())) {
    oneinch::swap_reading none;
    none.problem = "1inch's limit of requests is reached";
    return then(none);
  }
  const auto& s = door_->settings();
  const http_call call{oneinch::swap_request(s.api_url, door_->key(), t), s.timeout};
  // The leg that owns this venue lives as long as its actor, which these run in.
  house.self->request(door_->web(), caf::infinite, call)
      .then([this, &house, t, then](const net::http_result& r) { answered(house, t, r, then); },
            [this, &house, t, then](const caf::error&) { answered(house, t, {}, then); });
}

void oneinch_venue::answered(const leg_house& house, const oneinch::swap_terms& t,
                             const net::http_result& r,
                             const std::function<void(const oneinch::swap_reading&)>& then) {
  const auto now = house.self->clock().now();
  const auto reading = oneinch::read_swap(r, t);
  std::erase_if(answers_, [&](const auto& a) { return same(a.terms, t) || a.until <= now; });
  if (r.status == 429)
    door_->rest(now, net::read_retry_after(r.header("Retry-After"), house.w->now().seconds())
                         .value_or(shortest_rest));
  auto& alerts = house.w->dir.gauges.alerts();
  if (!reading.unsafe.empty())
    alerts.raise(unsafe_alert, alert_subject,
                 "1inch's calldata is not what was asked for: " + reading.unsafe, house.w->now());
  if (reading.swap) {
    alerts.clear(unsafe_alert, alert_subject, house.w->now());
    if (answers_.size() == most_kept) answers_.erase(answers_.begin());
    answers_.push_back({t, *reading.swap, now + door_->settings().keep});
  }
  then(reading);
}

}  // namespace headroom::chain
