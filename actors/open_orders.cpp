#include "actors/open_orders.hpp"

namespace headroom::actors {

std::string_view to_string(open_state s) noexcept {
  switch (s) {
    case open_state::preparing: return "preparing";
    case open_state::placing: return "placing";
    case open_state::matched: return "matched";
    case open_state::in_doubt: return "in_doubt";
    case open_state::finishing: return "finishing";
  }
  return "unknown";
}

std::string_view open_orders::name_of_age(std::size_t age) noexcept {
  static constexpr std::string_view names[] = {"10s", "1m", "10m", "older"};
  static_assert(std::size(names) == ages);
  return age < ages ? names[age] : "unknown";
}

void open_orders::next_round() noexcept {
  for (std::size_t i = 0; i < counting_.size(); ++i)
    shown_[i].store(counting_[i].exchange(0, std::memory_order_relaxed), std::memory_order_relaxed);
}

void open_orders::saw(open_state s, std::chrono::milliseconds age) noexcept {
  std::size_t which = 0;
  while (which < std::size(bounds) && age > bounds[which]) ++which;
  counting_[place(s, which)].fetch_add(1, std::memory_order_relaxed);
}

}  // namespace headroom::actors
