#include "actors/actor_snapshots.hpp"

#include <algorithm>

#include "actors/actor_recorder.hpp"

namespace headroom::actors {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr std::int64_t rest_after_walk = 20;  // times as long as it took

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

template <class To = std::uint32_t>
To capped(std::uint64_t x) noexcept {
  return static_cast<To>(std::min<std::uint64_t>(x, std::numeric_limits<To>::max()));
}

bool by_id(const actor_sighting& a, const actor_sighting& b) noexcept { return a.id < b.id; }

/// The probe's message need not be the oldest, but came soon after it (watching.cpp).
std::uint64_t oldest_of(const actor_card& card, std::uint64_t processed, std::uint64_t received) {
  if (received == processed) return 0;
  if (const auto* r = card.recorder.load(std::memory_order_acquire))
    return r->arrival_of(processed, received).value_or(0);
  return (card.probe.load(relaxed) >> 16) * 1000;
}

/// The `limit` first of those it is shown: a heap whose front is the last of them.
class first_rows {
 public:
  first_rows(std::size_t limit, std::optional<actor_place> after) : limit_{limit}, after_{after} {}

  void see(const actor_sighting& x, std::uint64_t figure) {
    ++matched_;
    if (after_ && !before(*after_, {figure, x.id})) return;
    if (kept_.size() == limit_ && !before({figure, x.id}, place_of(kept_.front()))) {
      more_ = true;
      return;
    }
    if (kept_.size() == limit_) {
      more_ = true;
      std::pop_heap(kept_.begin(), kept_.end(), less);
      kept_.pop_back();
    }
    kept_.push_back({x, 0, 0, figure});
    std::push_heap(kept_.begin(), kept_.end(), less);
  }
  void give(actor_page& out) && {
    std::sort_heap(kept_.begin(), kept_.end(), less);
    out.rows = std::move(kept_);
    out.matched = matched_;
    out.more = more_;
  }

 private:
  static actor_place place_of(const actor_row& x) noexcept { return {x.figure, x.seen.id}; }
  static bool before(const actor_place& a, const actor_place& b) noexcept {
    return a.figure != b.figure ? a.figure > b.figure : a.id < b.id;
  }
  static bool less(const actor_row& a, const actor_row& b) noexcept {
    return before(place_of(a), place_of(b));
  }

  std::size_t limit_;
  std::optional<actor_place> after_;
  std::vector<actor_row> kept_;
  std::uint64_t matched_ = 0;
  bool more_ = false;
};

template <class Moved>
auto find_moved(const std::vector<Moved>& all, std::uint64_t id) {
  const auto at = std::lower_bound(all.begin(), all.end(), id,
                                   [](const Moved& m, std::uint64_t x) { return m.id < x; });
  return at != all.end() && at->id == id ? &*at : nullptr;
}

}  // namespace

std::uint64_t actor_sighting::wait_at(std::int64_t now) const noexcept {
  const auto at = static_cast<std::int64_t>(oldest_ns);
  const auto waits = oldest_ns == 0 || now < at ? 0 : static_cast<std::uint64_t>(now - at) / 1000;
  return std::max<std::uint64_t>(wait_us, waits);
}

actor_sighting sighting_of(const actor_card& card) {
  actor_sighting out;
  out.id = card.id;
  out.name = card.name;
  out.processed = card.processed.load(relaxed);
  const auto received = std::max(card.received.load(relaxed), out.processed);
  out.waiting = capped(received - out.processed);
  out.busy_ns = card.busy_ns.load(relaxed);
  out.born_ns = card.born_ns;
  out.oldest_ns = oldest_of(card, out.processed, received);
  out.began_ns = card.began_ns.load(relaxed);
  out.wait_us = card.wait_us.load(relaxed);
  out.in_handler = message_type{card.in_handler.load(relaxed)};
  out.business_kind = card.business_kind.load(std::memory_order_acquire);
  if (out.business_kind != id_kind::none) out.business_id = card.business_id;
  return out;
}

void actor_snapshots::refresh(std::chrono::nanoseconds at_most) {
  const auto began = now_ns();
  const auto rest = std::max<std::int64_t>(at_most.count(), rest_after_walk * took_ns_);
  if (taken_ns_ != 0 && began - taken_ns_ < rest) return;
  step moves;
  moves.from_ns = taken_ns_;
  moves.at_ns = began;
  sightings fresh;
  registry::instance().walk(
      [&fresh](const actor_card& card) { fresh.push_back(sighting_of(card)); },
      [&](std::size_t n) {
        std::reverse(fresh.begin(), fresh.end());  // the newest come first, mostly
        if (!std::is_sorted(fresh.begin(), fresh.end(), by_id))
          std::sort(fresh.begin(), fresh.end(), by_id);
        if (taken_ns_ != 0) compare(parts_[n], fresh, moves);
        parts_[n].assign(fresh.begin(), fresh.end());
        fresh.clear();
      });
  if (moves.all.size() > most_moved) {
    std::nth_element(moves.all.begin(), moves.all.begin() + most_moved, moves.all.end(),
                     [](const moved& a, const moved& b) { return a.messages > b.messages; });
    moves.all.resize(most_moved);
  }
  std::sort(moves.all.begin(), moves.all.end(),
            [](const moved& a, const moved& b) { return a.id < b.id; });
  if (taken_ns_ != 0) steps_.push_back(std::move(moves));
  const auto oldest = began - std::chrono::nanoseconds{longest_window}.count();
  while (!steps_.empty() && steps_.front().at_ns < oldest) steps_.pop_front();
  taken_ns_ = began;
  took_ns_ = now_ns() - began;
}

void actor_snapshots::forget() { *this = actor_snapshots{}; }

/// Both are in the order of their ids. What was not there before counts from nothing.
void actor_snapshots::compare(const sightings& before, const sightings& now, step& into) const {
  auto old = before.begin();
  for (const auto& x : now) {
    while (old != before.end() && old->id < x.id) ++old;
    const bool known = old != before.end() && old->id == x.id;
    const auto messages = x.processed - (known ? old->processed : 0);
    const auto busy_us = (x.busy_ns - (known ? old->busy_ns : 0)) / 1000;
    if (messages != 0 || busy_us != 0)
      into.all.push_back({x.id, capped(messages), capped(busy_us)});
  }
}

std::vector<actor_snapshots::moved> actor_snapshots::moved_since(std::int64_t from_ns) const {
  std::vector<moved> out;
  for (const auto& s : steps_)
    if (counts(s, from_ns)) out.insert(out.end(), s.all.begin(), s.all.end());
  std::sort(out.begin(), out.end(), [](const moved& a, const moved& b) { return a.id < b.id; });
  std::size_t kept = 0;
  for (std::size_t n = 0; n < out.size(); ++n) {
    if (kept == 0 || out[kept - 1].id != out[n].id) {
      out[kept++] = out[n];
    } else {
      out[kept - 1].messages = capped(std::uint64_t{out[kept - 1].messages} + out[n].messages);
      out[kept - 1].busy_us = capped(std::uint64_t{out[kept - 1].busy_us} + out[n].busy_us);
    }
  }
  out.resize(kept);
  return out;
}

actor_page actor_snapshots::page(const actor_query& q) const {
  actor_page out;
  out.taken_ns = taken_ns_;
  out.age = std::chrono::milliseconds{(now_ns() - taken_ns_) / 1'000'000};
  out.kinds = registry::instance().kinds();
  for (const auto& k : out.kinds) out.total += k.live;
  const auto window = std::min(q.window, longest_window);
  // A walk is never quite on the second: the step that began half of one too early counts too.
  const auto from = taken_ns_ - std::chrono::nanoseconds{window}.count() - 500'000'000;
  const bool by_moves = q.sort == actor_sort::busy || q.sort == actor_sort::rate;
  const auto changes = by_moves ? moved_since(from) : std::vector<moved>{};
  for (const auto& s : steps_)
    if (counts(s, from)) {
      out.window = std::chrono::milliseconds{(taken_ns_ - s.from_ns) / 1'000'000};
      break;
    }
  const auto figure = [&](const actor_sighting& x) -> std::uint64_t {
    switch (q.sort) {
      case actor_sort::mailbox: return x.waiting;
      case actor_sort::wait: return x.wait_at(taken_ns_);
      case actor_sort::age: return static_cast<std::uint64_t>(INT64_MAX - x.born_ns);
      default: break;
    }
    const auto* m = find_moved(changes, x.id);
    if (m == nullptr) return 0;
    return q.sort == actor_sort::busy ? m->busy_us : m->messages;
  };
  first_rows found{q.limit, q.after};
  each([&](const actor_sighting& x) {
    if (!q.kind.empty() && q.kind != x.name) return;
    if (q.find && !q.find->finds(x.id, x.business_kind, x.business_id)) return;
    found.see(x, figure(x));
  });
  std::move(found).give(out);
  add_moves(out.rows, from);
  return out;
}

void actor_snapshots::add_moves(std::vector<actor_row>& rows, std::int64_t from_ns) const {
  for (const auto& s : steps_) {
    if (!counts(s, from_ns)) continue;
    for (auto& row : rows)
      if (const auto* m = find_moved(s.all, row.seen.id)) {
        row.messages += m->messages;
        row.busy_us += m->busy_us;
      }
  }
}

const actor_sighting* actor_snapshots::find(std::uint64_t id) const {
  const auto& part = parts_[id % parts_.size()];
  const auto at =
      std::lower_bound(part.begin(), part.end(), id,
                       [](const actor_sighting& x, std::uint64_t wanted) { return x.id < wanted; });
  return at != part.end() && at->id == id ? &*at : nullptr;
}

}  // namespace headroom::actors
