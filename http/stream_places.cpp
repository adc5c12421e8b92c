#include "http/stream_places.hpp"

#include <algorithm>

#include "http/problem.hpp"

namespace headroom::http {
namespace {

/// A page has one for all its tabs; the rest is for other browsers, and for one that is not yet
/// known to be gone.
constexpr std::size_t most_of_a_user = 4;

void add(std::atomic<std::uint64_t>& to, std::uint64_t n) noexcept {
  to.fetch_add(n, std::memory_order_relaxed);
}

double value_of(const std::atomic<std::uint64_t>& c) noexcept {
  return static_cast<double>(c.load(std::memory_order_relaxed));
}

}  // namespace

std::string_view to_string(stream_end e) noexcept {
  switch (e) {
    case stream_end::left: return "left";
    case stream_end::slow: return "slow";
    case stream_end::finished: return "finished";
    case stream_end::drained: return "drained";
    case stream_end::revoked: return "revoked";
  }
  return "unknown";
}

std::size_t stream_places::most_of(const caller& who) const noexcept {
  return who.user ? std::min(most_of_a_user, most_per_caller_) : most_per_caller_;
}

stream_places::place stream_places::take(caller who) {
  const std::lock_guard lock{mutex_};
  if (open_ >= most_ || (who.newcomer && of_newcomers_ >= std::max<std::size_t>(most_ / 4, 1))) {
    add(refused_, 1);
    throw problem_of(errc::overloaded, "too many event streams are open");
  }
  const auto found = by_caller_.find(who.name);
  if (found != by_caller_.end() && found->second >= most_of(who)) {
    add(refused_, 1);
    throw problem_of(errc::rate_limited, "one caller may have " + std::to_string(most_of(who)) +
                                             " event streams open: close one");
  }
  ++by_caller_[who.name];
  ++open_;
  if (who.newcomer) ++of_newcomers_;
  return {*this, std::move(who)};
}

void stream_places::give_back(const caller& who) {
  const std::lock_guard lock{mutex_};
  --open_;
  if (who.newcomer) --of_newcomers_;
  if (const auto at = by_caller_.find(who.name); --at->second == 0) by_caller_.erase(at);
}

void stream_places::count(const event_stream::tally& events) noexcept {
  add(sent_, events.sent);
  add(dropped_, events.dropped);
  add(replaced_, events.replaced);
}

void stream_places::count(stream_end why) noexcept {
  add(ended_[static_cast<std::size_t>(why)], 1);
}

metric_families stream_places::Collect() const {
  metric_families out;
  const auto single = [&](prometheus::MetricFamily family, double value) {
    add_sample(family, value);
    out.push_back(std::move(family));
  };
  const auto open = [this] {
    const std::lock_guard lock{mutex_};
    return open_;
  }();
  single(gauge("headroom_event_streams", "Event streams that are open."),
         static_cast<double>(open));
  single(counter("headroom_event_streams_refused_total", "Event streams over a limit."),
         value_of(refused_));
  auto ended = counter("headroom_event_streams_ended_total", "Event streams that ended, by cause.");
  for (std::size_t i = 0; i < stream_ends; ++i)
    add_sample(ended, value_of(ended_[i]),
               {{"cause", std::string{to_string(static_cast<stream_end>(i))}}});
  out.push_back(std::move(ended));
  single(counter("headroom_events_sent_total", "Events written into streams."), value_of(sent_));
  single(counter("headroom_events_dropped_total", "Events that a stream had no room for."),
         value_of(dropped_));
  single(counter("headroom_events_replaced_total", "Events that a newer one made needless."),
         value_of(replaced_));
  return out;
}

}  // namespace headroom::http
