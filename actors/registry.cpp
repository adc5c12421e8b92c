#include "actors/registry.hpp"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "domain/ids.hpp"

namespace headroom::actors {
namespace {

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

std::string text_of(id_kind kind, const std::array<std::uint8_t, 20>& bytes) {
  switch (kind) {
    case id_kind::none: return {};
    case id_kind::user: return to_0x(bytes);
    case id_kind::uuid: {
      bet_id id;
      std::copy_n(bytes.begin(), id.bytes.size(), id.bytes.begin());
      return id.text();
    }
  }
  return {};
}

actor_info info_of(const actor_card& card, std::int64_t now) {
  actor_info out;
  out.id = card.id;
  out.name = card.name.load(std::memory_order_acquire);
  out.business_id = text_of(card.business_kind.load(std::memory_order_acquire), card.business_id);
  out.processed = card.processed.load(std::memory_order_relaxed);
  out.received = std::max(card.received.load(std::memory_order_relaxed), out.processed);
  out.mailbox = out.received - out.processed;
  out.busy_us = card.busy_ns.load(std::memory_order_relaxed) / 1000;
  out.age_ms = static_cast<std::uint64_t>((now - card.born_ns) / 1'000'000);
  return out;
}

bool busier(const actor_info& a, const actor_info& b) {
  if (a.mailbox != b.mailbox) return a.mailbox > b.mailbox;
  if (a.busy_us != b.busy_us) return a.busy_us > b.busy_us;
  return a.id < b.id;
}

}  // namespace

void actor_card::set_business_id(id_kind kind, byte_view bytes) {
  std::copy_n(bytes.begin(), std::min(bytes.size(), business_id.size()), business_id.begin());
  business_kind.store(kind, std::memory_order_release);
}

std::optional<std::int64_t> actor_card::look() noexcept {
  const auto done =
      processed.load(std::memory_order_acquire);  // its handlers' figure is seen below
  const auto figure = shown.load(std::memory_order_relaxed);
  if (figure == nothing_shown || received.load(std::memory_order_relaxed) != done)
    return std::nullopt;
  if (!looked_at.load(std::memory_order_relaxed)) looked_at.store(true, std::memory_order_relaxed);
  return figure;
}

registry& registry::instance() {
  static registry the_registry;
  return the_registry;
}

void registry::add(actor_card& card) {
  card.born_ns = now_ns();
  auto& s = shards_[card.id % shard_count];
  const std::lock_guard lock{s.mutex};
  card.next = s.first;
  if (s.first != nullptr) s.first->previous = &card;
  s.first = &card;
  card.listed = true;
}

void registry::remove(actor_card& card) {
  auto& s = shards_[card.id % shard_count];
  const std::lock_guard lock{s.mutex};
  if (!std::exchange(card.listed, false)) return;
  if (card.next != nullptr) card.next->previous = card.previous;
  (card.previous != nullptr ? card.previous->next : s.first) = card.next;
}

actor_listing registry::list(std::size_t limit) const {
  actor_listing out;
  std::map<std::string, kind_info, std::less<>> kinds;
  const auto now = now_ns();
  for (const auto& s : shards_) {
    const std::lock_guard lock{s.mutex};
    for (const auto* card = s.first; card != nullptr; card = card->next) {
      auto info = info_of(*card, now);
      auto& kind = kinds[info.name];
      ++kind.live;
      kind.mailbox += info.mailbox;
      kind.processed += info.processed;
      kind.busy_us += info.busy_us;
      ++out.total;
      if (limit == 0) continue;
      out.actors.push_back(std::move(info));
      if (out.actors.size() < 2 * limit) continue;
      std::nth_element(out.actors.begin(), out.actors.begin() + static_cast<std::ptrdiff_t>(limit),
                       out.actors.end(), busier);
      out.actors.resize(limit);
    }
  }
  std::sort(out.actors.begin(), out.actors.end(), busier);
  if (out.actors.size() > limit) out.actors.resize(limit);
  for (auto& [name, kind] : kinds) {
    kind.name = name;
    out.kinds.push_back(std::move(kind));
  }
  return out;
}

}  // namespace headroom::actors
