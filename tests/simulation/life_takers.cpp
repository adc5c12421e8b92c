#include "actors/alerts.hpp"
#include "tests/simulation/life.hpp"
#include "tests/support/passing_actors.hpp"

/// Money out as users ask for it, and what operators say meanwhile.
namespace headroom::test {

using namespace actors;
using std::chrono::milliseconds;
using std::chrono::seconds;

namespace {

constexpr seconds patience{15};

}  // namespace

void life::takers_act() {
  out_.polygon.advance(now());
  for (auto& t : people_.takers) {
    if (t.answered || t.asked || now() < t.ask_again_at) continue;
    const auto actor = dir_.users.open_withdrawal(t.request.id);
    if (!actor) continue;
    t.asked = true;
    if (t.request.deadline.us == 0)
      t.request.deadline = now().plus(seconds{1 + static_cast<int>(rng_() % 60)});
    test::ask_as_somebody<withdrawal>(
        system_, out_.helpers, actor, patience, t.request,
        [this, &t](const withdrawal& w) { t.hear(w, out_.polygon, soon(4'000)); },
        [this, &t](const caf::error& e) {
          t.asked = false;
          t.ask_again_at = soon(2'000);
          t.answered = t.refused = consequence_of(code_of(e)) == consequence::rejected;
        });
  }
}

void life::desk_acts() {
  const auto desk = dir_.handles.get<withdrawal_desk_actor>();
  if (!desk) return;
  pause_or_resume(desk);
  decide_withdrawals(desk);
  order_conversions();
}

void life::pause_or_resume(const withdrawal_desk_actor& desk) {
  auto& p = people_.desk.pause;
  const bool stopped = p.stopped_at.is_set();
  if (p.over || p.asked || now() < (stopped ? p.until : p.from)) return;
  p.asked = true;
  if (stopped && !p.resumed_at.is_set()) p.resumed_at = now();
  test::ask_as_somebody<withdrawals_view>(
      system_, out_.helpers, desk, patience,
      pause_withdrawals{!stopped, "key:operator", "a look at the books"},
      [this, &p, stopped](const withdrawals_view&) {
        p.asked = false;
        p.over = stopped;
        if (!stopped) p.stopped_at = now();
      },
      [&p](const caf::error&) { p.asked = false; });
}

/// Most of what waits is approved. Now and then the operator refuses one, whatever its state: what
/// may be on its way must not be given back for it.
void life::decide_withdrawals(const withdrawal_desk_actor& desk) {
  auto& d = people_.desk;
  if (d.deciding || now() < d.next_look) return;
  d.next_look = soon(3'000);
  for (const auto& [id, row] : out_.books.withdrawals.rows) {
    if (!is_open(row)) continue;
    const bool refuse = rng_() % (waits_for_approval(row) ? 5 : 40) == 0;
    if (!refuse && !waits_for_approval(row)) continue;
    d.deciding = true;
    const auto heard = [&d] { d.deciding = false; };
    test::ask_as_somebody<withdrawal>(
        system_, out_.helpers, desk, patience,
        decide_withdrawal{id, !refuse, "key:operator", "not this one"},
        [heard](const withdrawal&) { heard(); }, [heard](const caf::error&) { heard(); });
    return;
  }
}

/// Some conversion is held, and let go later; or its route is told to do what may be done once.
/// What waits for an operator after six failures is let go too.
void life::order_conversions() {
  auto& d = people_.desk;
  const auto journal = dir_.handles.get<journal_actor>();
  if (d.ordering || !journal || now() < d.next_order) return;
  std::vector<conversion_id> running;
  std::vector<conversion_id> held;
  const auto waits = [this](const conversion_id& id, const conversion& c) {
    return c.order.word == order_word::hold ||
           dir_.gauges.alerts().lasts("conversion.held", id.text());
  };
  for (const auto& [id, c] : out_.books.conversions)
    if (c.status == conversion_status::running) (waits(id, c) ? held : running).push_back(id);
  auto word = rng_() % 3 == 0 ? order_word::retry : order_word::release;
  if (held.empty()) {
    if (running.empty() || d.holds_left == 0) return;
    held.push_back(running[rng_() % running.size()]);
    word = rng_() % 3 == 0 ? order_word::retry : order_word::hold;
  }
  if (word == order_word::hold) --d.holds_left;
  conversion_order order;
  order.word = word;
  order.by = "key:operator";
  order.reason = "a look at its bridge";
  order.at = now();
  d.ordering = true;
  const auto heard = [this, &d] {
    d.ordering = false;
    d.next_order = soon(40'000);
  };
  test::ask_as_somebody<committed>(
      system_, out_.helpers, journal, patience, append{order_conversion{held.front(), order}},
      [heard](const committed&) { heard(); }, [heard](const caf::error&) { heard(); });
}

}  // namespace headroom::test
