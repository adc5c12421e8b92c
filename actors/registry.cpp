#include "actors/registry.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

#include "actors/actor_recorder.hpp"
#include "actors/watching.hpp"
#include "domain/ids.hpp"

namespace headroom::actors {
namespace {

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

/// A card as it was when it was passed: what a walk keeps of those that may be shown.
struct sighting {
  std::uint64_t waiting = 0;
  std::uint64_t busy_ns = 0;
  std::uint64_t id = 0;
  const char* name = "";
  std::uint64_t received = 0;
  std::uint64_t processed = 0;
  std::int64_t born_ns = 0;
  id_kind business_kind = id_kind::none;
  std::array<std::uint8_t, 20> business_id{};
};

/// What decides whether it is shown; `complete` reads the rest, which few are asked for.
sighting glance_at(const actor_card& card) {
  sighting out;
  out.id = card.id;
  out.processed = card.processed.load(std::memory_order_relaxed);
  out.received = std::max(card.received.load(std::memory_order_relaxed), out.processed);
  out.waiting = out.received - out.processed;
  out.busy_ns = card.busy_ns.load(std::memory_order_relaxed);
  return out;
}

void complete(sighting& out, const actor_card& card) {
  out.name = card.name;
  out.business_kind = card.business_kind.load(std::memory_order_acquire);
  out.business_id = card.business_id;
  out.born_ns = card.born_ns;
}

bool busier(const sighting& a, const sighting& b) {
  if (a.waiting != b.waiting) return a.waiting > b.waiting;
  if (a.busy_ns != b.busy_ns) return a.busy_ns > b.busy_ns;
  return a.id < b.id;
}

/// The `limit` busiest of those it is shown: a heap whose front is the least busy of them.
class busiest {
 public:
  explicit busiest(std::size_t limit) : limit_{limit} {}

  void see(const actor_card& card) {
    auto x = glance_at(card);
    if (kept_.size() == limit_) {
      if (!busier(x, kept_.front())) return;
      std::pop_heap(kept_.begin(), kept_.end(), busier);
      kept_.pop_back();
    }
    complete(x, card);
    kept_.push_back(x);
    std::push_heap(kept_.begin(), kept_.end(), busier);
  }
  [[nodiscard]] std::vector<sighting> in_order() && {
    std::sort_heap(kept_.begin(), kept_.end(), busier);
    return std::move(kept_);
  }

 private:
  std::size_t limit_;
  std::vector<sighting> kept_;
};

actor_info info_of(const sighting& x, std::int64_t now) {
  actor_info out;
  out.id = x.id;
  out.name = x.name;
  out.business_id = text_of(x.business_kind, x.business_id);
  out.mailbox = x.waiting;
  out.received = x.received;
  out.processed = x.processed;
  out.busy_us = x.busy_ns / 1000;
  out.age_ms = static_cast<std::uint64_t>((now - x.born_ns) / 1'000'000);
  return out;
}

}  // namespace

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

actor_card::~actor_card() {
  if (auto* const r = recorder.load()) r->deref();
}

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

kind_info kind_counters::sum() const {
  kind_info out;
  out.name = name_;
  std::uint64_t received = 0;
  std::uint64_t busy_ns = 0;
  for (const auto& s : stripes_) {  // processed first: what is processed was received before
    out.processed += s.processed.load(std::memory_order_relaxed);
    busy_ns += s.busy_ns.load(std::memory_order_relaxed);
  }
  for (const auto& s : stripes_) received += s.received.load(std::memory_order_relaxed);
  out.busy_us = busy_ns / 1000;
  const auto at_least_none = [](std::int64_t x) {
    return static_cast<std::uint64_t>(std::max<std::int64_t>(x, 0));
  };
  out.live = at_least_none(live_.load(std::memory_order_relaxed));
  out.mailbox = at_least_none(static_cast<std::int64_t>(received - out.processed) -
                              lost_.load(std::memory_order_relaxed));
  return out;
}

handler_times& kind_counters::first_times_of(message_type type) {
  auto made = std::make_unique<handler_times>();
  handler_times* there = nullptr;
  auto& place = times_[static_cast<std::size_t>(type)];
  return place.compare_exchange_strong(there, made.get()) ? *made.release() : *there;
}

std::vector<type_times> kind_counters::times() const {
  std::vector<type_times> out;
  for (std::size_t n = 0; n < times_.size(); ++n) {
    const auto* times = times_[n].load(std::memory_order_acquire);
    if (times == nullptr) continue;
    out.push_back({message_type{static_cast<std::uint16_t>(n)}, {}, {}});
    times->sum(out.back());
  }
  return out;
}

registry& registry::instance() {
  static registry the_registry;
  return the_registry;
}

kind_counters& registry::kind(const char* name) {
  const std::string_view wanted{name};
  const std::lock_guard lock{kinds_mutex_};
  const auto found =
      std::find_if(kinds_.begin(), kinds_.end(), [&](const auto& k) { return k.name() == wanted; });
  return found != kinds_.end() ? *found : kinds_.emplace_back(name);
}

std::vector<kind_info> registry::kinds() const {
  std::vector<kind_info> out;
  {
    const std::lock_guard lock{kinds_mutex_};
    for (const auto& k : kinds_) out.push_back(k.sum());
  }
  std::sort(out.begin(), out.end(), [](auto& a, auto& b) { return a.name < b.name; });
  return out;
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

bool registry::remove(actor_card& card) {
  auto& s = shards_[card.id % shard_count];
  const std::lock_guard lock{s.mutex};
  if (!std::exchange(card.listed, false)) return false;
  if (card.next != nullptr) card.next->previous = card.previous;
  (card.previous != nullptr ? card.previous->next : s.first) = card.next;
  return true;
}

actor_listing registry::list(std::size_t limit) const {
  actor_listing out;
  out.kinds = kinds();
  for (const auto& k : out.kinds) out.total += k.live;
  if (limit == 0) return out;
  busiest found{limit};
  for (const auto& s : shards_) {
    const std::lock_guard lock{s.mutex};
    for (const auto* card = s.first; card != nullptr; card = card->next) found.see(*card);
  }
  const auto now = now_ns();
  for (const auto& x : std::move(found).in_order()) out.actors.push_back(info_of(x, now));
  return out;
}

}  // namespace headroom::actors
