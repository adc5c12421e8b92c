#include "actors/open_requests.hpp"

namespace headroom::actors {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;

}  // namespace

open_requests& open_requests::instance() {
  static open_requests the_requests;
  return the_requests;
}

open_requests::open_requests() : sets_{std::make_unique<places[]>(sets)} {}

std::uint64_t open_requests::key_of(std::uint64_t waiter, std::uint64_t request) noexcept {
  auto h = (waiter * 0x9e3779b97f4a7c15ULL) ^ (request * 0xc2b2ae3d27d4eb4fULL);
  h ^= h >> 31;
  return h == 0 ? 1 : h;
}

void open_requests::asked(std::uint64_t waiter, std::uint64_t request,
                          const open_request& what) noexcept {
  const auto key = key_of(waiter, request);
  auto& set = set_of(key);
  place* to = nullptr;
  for (auto& p : set) {
    if (p.key.load(relaxed) == 0) {
      to = &p;
      break;
    }
    if (to == nullptr || p.since_ns.load(relaxed) < to->since_ns.load(relaxed)) to = &p;
  }
  if (to->key.exchange(0, std::memory_order_acq_rel) != 0) forgotten_.fetch_add(1, relaxed);
  to->waiter.store(waiter, relaxed);
  to->asked.store(what.asked, relaxed);
  to->asked_kind.store(what.asked_kind, relaxed);
  to->since_ns.store(what.since_ns, relaxed);
  to->type.store(static_cast<std::uint16_t>(what.type), relaxed);
  to->key.store(key, std::memory_order_release);
}

void open_requests::answered(std::uint64_t waiter, std::uint64_t request) noexcept {
  const auto key = key_of(waiter, request);
  for (auto& p : set_of(key)) {
    auto seen = key;
    if (p.key.load(relaxed) == key && p.key.compare_exchange_strong(seen, 0)) return;
  }
}

void open_requests::clear() noexcept {
  for (std::size_t n = 0; n < sets; ++n)
    for (auto& p : sets_[n]) p.key.store(0, relaxed);
}

std::vector<open_request> open_requests::list() const {
  std::vector<open_request> out;
  for (std::size_t n = 0; n < sets; ++n) {
    for (const auto& p : sets_[n]) {
      const auto key = p.key.load(std::memory_order_acquire);
      if (key == 0) continue;
      const open_request x{p.waiter.load(relaxed), p.asked.load(relaxed),
                           p.asked_kind.load(relaxed), p.since_ns.load(relaxed),
                           message_type{p.type.load(relaxed)}};
      if (p.key.load(std::memory_order_acquire) == key) out.push_back(x);
    }
  }
  return out;
}

}  // namespace headroom::actors
