#include "actors/flight_ring.hpp"

#include <algorithm>

namespace headroom::actors {

flight_ring& flight_ring::instance() {
  static flight_ring the_ring;
  return the_ring;
}

flight_ring::flight_ring() {
  for (auto& s : shards_) s.events.resize(shard_size);
}

/// By bytes that are random in a uuid of either kind and in an address.
std::size_t flight_ring::shard_of(const std::array<std::uint8_t, 20>& subject) noexcept {
  return static_cast<std::size_t>(subject[13] ^ subject[15] ^ subject[3]) % shard_count;
}

void flight_ring::record(const flight_event& event) {
  auto& s = shards_[shard_of(event.subject)];
  const std::lock_guard lock{s.mutex};
  s.events[s.next++ % shard_size] = event;
}

std::vector<flight_event> flight_ring::of(byte_view subject) const {
  std::array<std::uint8_t, 20> wanted{};
  std::copy_n(subject.begin(), std::min(subject.size(), wanted.size()), wanted.begin());
  std::vector<flight_event> out;
  const auto& s = shards_[shard_of(wanted)];
  const std::lock_guard lock{s.mutex};
  const auto first = s.next > shard_size ? s.next - shard_size : 0;
  for (auto n = first; n < s.next; ++n)
    if (const auto& e = s.events[n % shard_size]; e.subject == wanted) out.push_back(e);
  return out;
}

}  // namespace headroom::actors
