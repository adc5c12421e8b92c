#include "actors/inspector_actor.hpp"

#include <algorithm>

#include "actors/watching.hpp"

namespace headroom::actors {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::size_t longest_listing = 1000;
constexpr std::int64_t rest_after_walk = 20;  // times as long as it took
constexpr milliseconds facts_patience{250};
constexpr seconds watched_tick{1};  // while somebody looks
constexpr seconds idle_tick{5};     // only the kinds' totals are read
constexpr seconds looked_for{10};   // after the last question somebody is thought to look
constexpr std::size_t most_edges = 1'000;
/// Who is not observed and waits longer has ended: the HTTP front gives up before.
constexpr seconds stranger_patience{60};

std::int64_t now_ns() { return std::chrono::steady_clock::now().time_since_epoch().count(); }

/// The walk is not repeated before it has been paid for, however many ask.
actor_listing list(inspector_self self, std::size_t limit) {
  auto& st = self->state;
  const auto& clock = self->clock();
  if (const auto began = clock.now(); began >= st.until) {
    st.last = registry::instance().list(longest_listing);
    const auto now = clock.now();
    st.until = now + rest_after_walk * (now - began);
  }
  actor_listing out;
  out.kinds = registry::instance().kinds();
  for (const auto& k : out.kinds) out.total += k.live;
  const auto shown = std::min(limit, st.last.actors.size());
  out.actors.assign(st.last.actors.begin(),
                    st.last.actors.begin() + static_cast<std::ptrdiff_t>(shown));
  return out;
}

/// Somebody looks: what is shown is at most a second old.
actor_snapshots& look(inspector_self self) {
  auto& st = self->state;
  st.looked_at = self->clock().now();
  st.all.refresh(watched_tick);
  return st.all;
}

void tick(inspector_self self) {
  auto& st = self->state;
  st.memory.remember(now_ns());
  const bool looked_at = !st.all.empty() && self->clock().now() - st.looked_at < looked_for;
  if (looked_at) {
    st.all.refresh(watched_tick);
  } else if (!st.all.empty()) {
    st.all.forget();
  }
  self->delayed_send(self, looked_at ? watched_tick : idle_tick, poll_atom::value);
}

/// What the card and the recorder tell; `to` is whom to ask for the rest.
actor_sight sight_of(std::uint64_t id, caf::strong_actor_ptr& to) {
  actor_sight out;
  caf::intrusive_ptr<actor_recorder> recorder;
  const auto now = now_ns();
  const auto see = [&](actor_card& card) {
    out.found = true;
    out.seen = sighting_of(card);
    out.received = card.received.load(std::memory_order_relaxed);
    const bool had = card.recorder.load(std::memory_order_acquire) != nullptr;
    recorder = recorder_for(card);
    out.own_times = had;
    to = caf::weak_actor_ptr{card.control}.lock();
  };
  if (!registry::instance().look_at(id, see)) return out;
  const auto since = [now](std::uint64_t at_ns) {
    const auto at = static_cast<std::int64_t>(at_ns);
    return at_ns == 0 || now < at ? 0 : static_cast<std::uint64_t>(now - at) / 1000;
  };
  out.handler_us = since(out.seen.began_ns);
  out.oldest_us = since(out.seen.oldest_ns);
  out.recent = recorder->recent();
  if (out.own_times) {
    out.mailbox = recorder->mailbox(out.seen.processed, out.seen.processed + out.seen.waiting);
    out.times = recorder->times();
  } else {
    out.times = registry::instance().kind(out.seen.name).times();
  }
  out.lints = find_lints(out.seen, now);
  return out;
}

/// Its facts are asked for last, by a message like any other: who is stuck does not answer.
caf::result<actor_sight> look_at(inspector_self self, std::uint64_t id) {
  self->state.looked_at = self->clock().now();
  caf::strong_actor_ptr to;
  auto out = std::make_shared<actor_sight>(sight_of(id, to));
  if (!to || id == self->id()) return *out;
  auto promise = self->make_response_promise<actor_sight>();
  self->request(caf::actor_cast<status_actor>(to), facts_patience, status_atom::value)
      .then(
          [out, promise](status_report& r) mutable {
            out->facts = std::move(r.facts);
            promise.deliver(std::move(*out));
          },
          [out, promise](const caf::error& e) mutable {
            out->no_facts = e == caf::sec::request_timeout ? "timed_out" : "not_answered";
            promise.deliver(std::move(*out));
          });
  return promise;
}

lint_report lints(inspector_self self) {
  auto& st = self->state;
  const auto& all = look(self);
  st.memory.remember(now_ns());
  lint_report out;
  out.lints =
      find_lints(all, st.memory, st.w ? st.w->dir.gauges.alerts().list() : std::vector<alert>{});
  all.each([&](const actor_sighting&) { ++out.looked_at; });
  return out;
}

wait_graph waits(inspector_self self) {
  const auto& all = look(self);
  wait_graph out;
  out.now_ns = now_ns();
  out.forgotten = open_requests::instance().forgotten();
  auto open = open_requests::instance().list();
  std::erase_if(open, [&](const open_request& r) {
    const auto age = std::chrono::nanoseconds{out.now_ns - static_cast<std::int64_t>(r.since_ns)};
    const bool ended = all.find(r.waiter) == nullptr && age > stranger_patience;
    return ended || all.find(r.asked) == nullptr || message_taps::instance().is_own(r.asked);
  });
  out.total = open.size();
  out.cycles = cycles_in(open);
  std::sort(open.begin(), open.end(), [](const open_request& a, const open_request& b) {
    return a.since_ns != b.since_ns ? a.since_ns < b.since_ns : a.waiter < b.waiter;
  });
  if (open.size() > most_edges) open.resize(most_edges);
  for (const auto& r : open) {
    const auto* waiter = all.find(r.waiter);
    out.edges.push_back({r, waiter == nullptr ? actor_sighting{} : *waiter, *all.find(r.asked)});
  }
  return out;
}

}  // namespace

full_inspector_actor::behavior_type inspector_behavior(inspector_self self, world_ptr w) {
  self->state.w = std::move(w);
  message_taps::instance().leave_out(self->id());
  self->attach_functor(
      [id = self->id()](const caf::error&) { message_taps::instance().let_in(id); });
  self->delayed_send(self, idle_tick, poll_atom::value);
  return {
      [self](list_atom, std::uint32_t limit) { return list(self, limit); },
      [self](const actor_query& q) { return look(self).page(q); },
      [self](const look_at_actor& x) { return look_at(self, x.id); },
      [self](lints_atom) { return lints(self); },
      [self](waits_atom) { return waits(self); },
      [self](poll_atom) { tick(self); },
      [](status_atom) {
        const auto all = registry::instance().list(0);
        return status_report{inspector_state::name, {{"actors", std::to_string(all.total)}}};
      },
  };
}

full_inspector_actor inspector_of(const handles& from) {
  return caf::actor_cast<full_inspector_actor>(
      caf::actor_cast<caf::strong_actor_ptr>(from.get<inspector_actor>()));
}

}  // namespace headroom::actors
