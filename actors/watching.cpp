#include "actors/watching.hpp"

#include <algorithm>
#include <caf/mailbox_element.hpp>
#include <caf/system_messages.hpp>
#include <chrono>

#include "actors/actor_recorder.hpp"
#include "actors/flight_ring.hpp"
#include "actors/incidents.hpp"
#include "actors/message_taps.hpp"
#include "actors/open_requests.hpp"

namespace headroom::actors {
namespace {

constexpr auto relaxed = std::memory_order_relaxed;
constexpr std::uint64_t slow_us = 100'000;
/// An actor of a kind that has few gets a recorder once it has handled so many.
constexpr std::uint64_t first_recorded = 8;
constexpr std::uint64_t few = 64;

std::atomic<bool> watching{true};

std::uint64_t now_ns() noexcept {
  return static_cast<std::uint64_t>(std::chrono::steady_clock::now().time_since_epoch().count());
}

std::int64_t wall_us() noexcept {
  return std::chrono::duration_cast<std::chrono::microseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A probe is one message of those that wait: the low 16 bits of its number, and when it came. The
/// next is set when it has been handled. So a full mailbox is sampled, and one that is mostly empty
/// is measured whole, for eight bytes an actor.
constexpr std::uint64_t probe_of(std::uint64_t number, std::uint64_t at_ns) noexcept {
  return ((at_ns / 1000) << 16) | (number & 0xffff);
}

std::uint32_t micros(std::uint64_t ns) noexcept {
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(ns / 1000, unknown_wait - 1));
}

/// How long the next message has waited, and the probe is free again once it was about it.
std::uint32_t waited(actor_card& card, std::uint64_t number, std::uint64_t now) noexcept {
  if (const auto* r = card.recorder.load(std::memory_order_acquire)) {
    const auto at = r->arrival_of(number, card.received.load(relaxed));
    return at ? micros(now - std::min(now, *at)) : unknown_wait;
  }
  const auto probe = card.probe.load(relaxed);
  if (probe == 0) return unknown_wait;
  const auto ahead = static_cast<std::int16_t>((probe & 0xffff) - (number & 0xffff));
  if (ahead > 0) return unknown_wait;
  card.probe.store(0, relaxed);
  const auto at = (probe >> 16) * 1000;
  return ahead == 0 ? micros(now - std::min(now, at)) : unknown_wait;
}

bool is_of_the_system(const caf::type_erased_tuple& x) {
  return x.match_elements<caf::down_msg>() || x.match_elements<caf::exit_msg>() ||
         x.match_elements<caf::timeout_msg>();
}

void note_letter(const actor_card& card, const caf::type_erased_tuple& content, std::uint64_t from,
                 letter_fate fate) {
  incidents::instance().note({wall_us(), card.id, card.name, from, type_of(content, false), fate});
}

void note_request(const actor_card& card, const caf::mailbox_element& m, std::uint64_t now) {
  if (m.mid.is_response()) {
    open_requests::instance().answered(card.id, m.mid.request_id().integer_value());
  } else if (m.mid.is_request() && m.sender) {
    open_requests::instance().asked(
        m.sender->id(), m.mid.request_id().integer_value(),
        {m.sender->id(), card.id, card.name, now, type_of(m.content(), false)});
  }
}

/// For whom single messages are kept.
void note_single(actor_card& card, const handling& h, std::uint64_t took_us, message_end end) {
  auto* const recorder = card.recorder.load(std::memory_order_acquire);
  const auto kind = card.business_kind.load(std::memory_order_acquire);
  const bool traced = message_taps::instance().any();
  if (recorder == nullptr && kind != id_kind::uuid && !traced) return;
  flight_event e;
  e.at_us = wall_us() - static_cast<std::int64_t>(took_us);
  e.from = h.from;
  e.wait_us = h.wait_us;
  e.took_us = static_cast<std::uint32_t>(std::min<std::uint64_t>(took_us, unknown_wait - 1));
  e.type = h.type;
  e.end = end;
  if (recorder != nullptr) recorder->note(e);
  if (kind != id_kind::uuid && !traced) return;
  e.actor_id = card.id;
  e.kind = card.name;
  e.subject_kind = kind;
  if (kind != id_kind::none) e.subject = card.business_id;
  if (kind == id_kind::uuid) flight_ring::instance().record(e);
  if (traced) message_taps::instance().offer(e);
}

void note_watched(actor_card& card, kind_counters& kind, const handling& h, std::uint64_t took_ns,
                  message_end end) {
  const auto took_us = took_ns / 1000;
  card.began_ns.store(0, relaxed);
  kind.handled(h.type, took_us, h.wait_us);
  if (h.wait_us != unknown_wait) {
    const auto before = card.wait_us.load(relaxed);
    card.wait_us.store(std::max(h.wait_us, before - before / 8), relaxed);
  }
  if (took_us > slow_us)
    incidents::instance().note(
        slow_handler{wall_us(), card.id, card.name, h.type, micros(took_ns)});
  note_single(card, h, took_us, end);
  if (card.processed.load(relaxed) == first_recorded && kind.live() <= few &&
      card.business_kind.load(relaxed) != id_kind::uuid)
    (void)recorder_for(card);
}

}  // namespace

void set_watching(bool on) noexcept { watching.store(on); }
bool is_watching() noexcept { return watching.load(relaxed); }

void note_arrival(actor_card& card, kind_counters& kind, const caf::mailbox_element& m) {
  const auto number = card.received.fetch_add(1, relaxed);
  kind.received();
  if (!is_watching()) return;
  if (card.ended.load(relaxed)) {
    const auto from = m.sender ? m.sender->id() : 0;
    const bool own_timer = from == card.id;
    if (!m.mid.is_response() && !own_timer && !is_of_the_system(m.content()))
      note_letter(card, m.content(), from, letter_fate::to_the_dead);
    return;
  }
  auto* const recorder = card.recorder.load(std::memory_order_acquire);
  const bool probes = recorder == nullptr && card.probe.load(relaxed) == 0;
  const auto now = recorder != nullptr || probes || m.mid.is_request() ? now_ns() : 0;
  if (recorder != nullptr) recorder->came(number, now, type_of(m.content(), m.mid.is_response()));
  if (probes) card.probe.store(probe_of(number, now), relaxed);
  note_request(card, m, now);
}

handling note_start(actor_card& card, const caf::mailbox_element& m) {
  handling h;
  h.start_ns = now_ns();
  h.watched = is_watching();
  if (!h.watched) return h;
  h.type = type_of(m.content(), m.mid.is_response());
  h.from = m.sender ? m.sender->id() : 0;
  h.wait_us = waited(card, card.processed.load(relaxed), h.start_ns);
  card.in_handler.store(static_cast<std::uint16_t>(h.type), relaxed);
  card.began_ns.store(h.start_ns, relaxed);
  return h;
}

void note_end(actor_card& card, kind_counters& kind, const handling& h,
              caf::invoke_message_result result) {
  if (result == caf::invoke_message_result::skipped) {
    card.began_ns.store(0, relaxed);
    return;
  }
  const auto took = now_ns() - h.start_ns;
  card.busy_ns.store(card.busy_ns.load(relaxed) + took, relaxed);
  card.processed.store(card.processed.load(relaxed) + 1,
                       std::memory_order_release);  // with what the handler showed
  kind.processed(took);
  if (!h.watched) return;
  const auto end =
      result == caf::invoke_message_result::dropped ? message_end::dropped : message_end::handled;
  note_watched(card, kind, h, took, end);
}

void note_unhandled(const actor_card& card, const caf::type_erased_tuple& content,
                    std::uint64_t from) {
  if (is_watching() && !message_taps::instance().is_own(from))
    note_letter(card, content, from, letter_fate::not_handled);
}

void note_leaving(const actor_card& card, const std::string& reason, std::int64_t left) {
  if (!is_watching()) return;
  if (left > 0) incidents::instance().left_behind(card.name, static_cast<std::uint64_t>(left));
  if (reason.empty()) return;
  actor_end x;
  x.at_us = wall_us();
  x.actor_id = card.id;
  x.kind = card.name;
  x.reason = reason;
  if (card.began_ns.load(relaxed) != 0) x.in_handler = message_type{card.in_handler.load(relaxed)};
  if (const auto* r = card.recorder.load(std::memory_order_acquire)) x.last = r->recent();
  incidents::instance().note(std::move(x));
}

caf::intrusive_ptr<actor_recorder> recorder_for(actor_card& card) {
  auto* there = card.recorder.load(std::memory_order_acquire);
  if (there == nullptr) {
    auto made = caf::make_counted<actor_recorder>(card.received.load(relaxed));
    if (card.recorder.compare_exchange_strong(there, made.get())) {
      card.probe.store(0, relaxed);
      there = made.release();
    }
  }
  return there;
}

}  // namespace headroom::actors
