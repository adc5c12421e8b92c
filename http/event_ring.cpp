#include "http/event_ring.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace headroom::http {
namespace {

std::optional<std::uint64_t> number_in(std::string_view text) noexcept {
  std::uint64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

void event_ring::keep(stream_event e) {
  if (!std::exchange(any_, true)) forgotten_ = e.id - 1;  // of before the start nothing is known
  kept_.push_back(std::move(e));
  if (kept_.size() <= most_) return;
  forgotten_ = kept_.front().id;
  kept_.pop_front();
}

void event_ring::begin(std::uint64_t newest) {
  any_ = true;
  forgotten_ = newest;
}

void event_ring::catch_up(event_stream& s, std::optional<std::string_view> last_event_id,
                          const std::optional<std::string>& of) const {
  if (!last_event_id) return;
  const auto last = number_in(*last_event_id);
  const auto newest = kept_.empty() ? forgotten_ : kept_.back().id;
  if (!last || !any_ || *last < forgotten_ || *last > newest) {
    s.push({"resync", "{}", 0, {}});
    return;
  }
  const auto missed =
      std::upper_bound(kept_.begin(), kept_.end(), *last,
                       [](std::uint64_t id, const stream_event& e) { return id < e.id; });
  std::for_each(missed, kept_.end(), [&](const stream_event& e) {
    if (!of || e.owner.empty() || e.owner == *of) s.push(e);
  });
}

}  // namespace headroom::http
