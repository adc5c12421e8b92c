#include "actors/actor_recorder.hpp"

#include <algorithm>

namespace headroom::actors {

std::optional<std::uint64_t> actor_recorder::arrival_of(std::uint64_t number,
                                                        std::uint64_t received) const noexcept {
  if (number < first_ || number >= received || received - number > stamps) return std::nullopt;
  const auto at = stamps_[number % stamps].at_ns.load(std::memory_order_relaxed);
  if (at == 0) return std::nullopt;
  return at;
}

void actor_recorder::note(const noted_message& x) {
  const std::lock_guard lock{mutex_};
  ring_[noted_++ % kept] = x;
  const auto of = [](message_type t) { return [t](const type_times& y) { return y.type == t; }; };
  auto found = std::find_if(times_.begin(), times_.end(), of(x.type));
  if (found == times_.end()) {
    if (times_.size() < most_types) {
      found = times_.insert(times_.end(), type_times{x.type, {}, {}});
    } else {
      found = times_.end() - 1;
      found->type = message_type{};
    }
  }
  found->took.add(x.took_us);
  if (x.wait_us != unknown_wait) found->waited.add(x.wait_us);
}

std::vector<noted_message> actor_recorder::recent() const {
  std::vector<noted_message> out;
  const std::lock_guard lock{mutex_};
  const auto count = std::min(noted_, kept);
  for (std::size_t n = 1; n <= count; ++n) out.push_back(ring_[(noted_ - n) % kept]);
  return out;
}

std::vector<type_times> actor_recorder::times() const {
  const std::lock_guard lock{mutex_};
  return times_;
}

mailbox_sight actor_recorder::mailbox(std::uint64_t processed, std::uint64_t received) const {
  mailbox_sight out;
  const auto first = std::max({processed, first_, received > stamps ? received - stamps : 0});
  out.not_known = std::min(first, received) - processed;
  for (auto n = first; n < received; ++n) {
    const auto& s = stamps_[n % stamps];
    ++out.by_type[message_type{s.type.load(std::memory_order_relaxed)}];
  }
  if (out.not_known == 0) out.oldest_ns = arrival_of(processed, received).value_or(0);
  return out;
}

}  // namespace headroom::actors
