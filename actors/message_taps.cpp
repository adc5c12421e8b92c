#include "actors/message_taps.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace headroom::actors {
namespace {

constexpr std::size_t least_digits = 4;

int digit_of(char c) noexcept {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::uint8_t half_byte(const std::array<std::uint8_t, 20>& bytes, std::size_t n) noexcept {
  const auto byte = bytes[n / 2];
  return static_cast<std::uint8_t>(n % 2 == 0 ? byte >> 4 : byte & 0x0f);
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t out = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), out);
  if (failed != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return out;
}

}  // namespace

bool actor_search::finds(std::uint64_t id, id_kind kind,
                         const std::array<std::uint8_t, 20>& business_id) const noexcept {
  if (actor_id && *actor_id == id) return true;
  if (half_bytes == 0 || kind == id_kind::none) return false;
  const auto whole = half_bytes / 2;
  if (!std::equal(subject.begin(), subject.begin() + static_cast<std::ptrdiff_t>(whole),
                  business_id.begin()))
    return false;
  return half_bytes % 2 == 0 ||
         half_byte(subject, half_bytes - 1) == half_byte(business_id, half_bytes - 1);
}

std::optional<actor_search> read_search(std::string_view text) {
  actor_search out;
  const bool is_address = text.starts_with("0x");
  if (!is_address) out.actor_id = number_of(text);
  std::size_t digits = 0;
  for (const char c : is_address ? text.substr(2) : text) {
    if (c == '-' && !is_address) continue;
    const auto digit = digit_of(c);
    if (digit < 0 || digits == 2 * out.subject.size()) return std::nullopt;
    auto& byte = out.subject[digits / 2];
    byte = static_cast<std::uint8_t>(byte | (digits % 2 == 0 ? digit << 4 : digit));
    ++digits;
  }
  if (digits >= least_digits) out.half_bytes = digits;
  if (!out.actor_id && out.half_bytes == 0) return std::nullopt;
  return out;
}

bool message_tap::matches(const flight_event& e) const {
  if (!filter_.kind.empty() && filter_.kind != e.kind) return false;
  if (!filter_.type.empty() && filter_.type != e.type_name()) return false;
  return !filter_.find || filter_.find->finds(e.actor_id, e.subject_kind, e.subject);
}

void message_tap::offer(const flight_event& e) {
  if (!matches(e)) return;
  const std::lock_guard lock{mutex_};
  if (left_ == 0) return;
  --left_;
  if (waiting_.size() < most_waiting) {
    waiting_.push_back(e);
  } else {
    ++dropped_;
  }
}

message_tap::batch message_tap::take() {
  batch out;
  const std::lock_guard lock{mutex_};
  out.events.assign(waiting_.begin(), waiting_.end());
  waiting_.clear();
  out.dropped = std::exchange(dropped_, 0);
  out.last = left_ == 0;
  return out;
}

message_taps& message_taps::instance() {
  static message_taps the_taps;
  return the_taps;
}

void message_taps::open(const std::shared_ptr<message_tap>& tap) {
  const std::lock_guard lock{mutex_};
  taps_.push_back(tap);
  open_.store(taps_.size(), std::memory_order_relaxed);
}

void message_taps::close(const std::shared_ptr<message_tap>& tap) {
  const std::lock_guard lock{mutex_};
  std::erase(taps_, tap);
  open_.store(taps_.size(), std::memory_order_relaxed);
}

void message_taps::offer(const flight_event& e) {
  if (is_own(e.actor_id) || is_own(e.from)) return;
  const std::lock_guard lock{mutex_};
  for (const auto& tap : taps_) tap->offer(e);
}

void message_taps::leave_out(std::uint64_t actor_id) noexcept {
  own_[next_own_.fetch_add(1) % most_left_out].store(actor_id, std::memory_order_relaxed);
}

void message_taps::let_in(std::uint64_t actor_id) noexcept {
  for (auto& own : own_)
    if (own.load(std::memory_order_relaxed) == actor_id) own.store(0, std::memory_order_relaxed);
}

bool message_taps::is_own(std::uint64_t actor_id) const noexcept {
  const auto count = std::min(next_own_.load(std::memory_order_relaxed), most_left_out);
  for (std::size_t n = 0; n < count; ++n)
    if (own_[n].load(std::memory_order_relaxed) == actor_id) return actor_id != 0;
  return false;
}

}  // namespace headroom::actors
