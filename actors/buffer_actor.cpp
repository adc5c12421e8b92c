#include "actors/buffer_actor.hpp"

#include <spdlog/spdlog.h>

#include "actors/alerts.hpp"
#include "actors/log_limit.hpp"

namespace headroom::actors {

buffer_state::~buffer_state() {
  if (w) w->dir.gauges.forget_buffer_available();
}

namespace {

constexpr std::string_view low_alert = "buffer.low";
constexpr std::string_view held_back_alert = "buffer.held_back";

buffer_status status_of(const buffer_state& st) {
  const auto& row = st.book.row();
  buffer_status out{row, st.book.available(), st.book.is_low(), st.recommended};
  const auto marks = marks_of(st.w->settings.buffer.marks, row, st.recommended);
  out.forecast = forecast_of(out.available, marks, st.flows, st.slowest_seconds, st.w->now());
  return out;
}

/// After every change, once the books have spoken: publish what can be paid, and say whether the
/// buffer is low.
void changed(buffer_state& st) {
  if (!st.loaded) return;
  st.w->dir.gauges.publish_buffer_available(st.book.available());
  const bool low = st.book.is_low();
  auto& alerts = st.w->dir.gauges.alerts();
  if (low && !st.low_alerted)
    alerts.raise(low_alert, "",
                 to_string(st.book.row().balance) + " USDC, the minimum is " +
                     to_string(st.book.row().min_size),
                 st.w->now());
  if (!low) alerts.clear(low_alert, "", st.w->now());
  st.low_alerted = low;
}

// -- the row, behind everything that was sent -----------------------------------------------------

/// Reads the row in the journal's order, trying until it can, then calls what waits in `after_row`:
/// what was sent to the journal before is in the row by then, or was lost with the journal.
void read_row(buffer_self self) {
  auto waiting = std::exchange(self->state.after_row, {});
  const auto again = [self, waiting] {
    auto& after = self->state.after_row;
    after.insert(after.end(), waiting.begin(), waiting.end());
    self->delayed_send(self, std::chrono::milliseconds{100}, reload_atom::value);
  };
  const auto journal = self->state.w->dir.handles.get<journal_actor>();
  if (!journal) return again();
  self->request(journal, self->state.w->settings.patience.load, get_atom::value)
      .then(
          [self, waiting](const buffer_row& row) {
            self->state.book.set_committed(row);
            for (const auto& go_on : waiting) go_on();
            changed(self->state);
          },
          [self, again](const caf::error& e) {
            if (self->state.w->dir.gauges.lines().due("buffer.load_failed", self->clock().now()))
              spdlog::warn("buffer.load_failed code={}", to_string(code_of(e)));
            again();
          });
}

void after_row(buffer_self self, std::function<void()> go_on) {
  self->state.after_row.push_back(std::move(go_on));
  read_row(self);
}

/// Until the books have spoken nothing is taken and nothing is shown.
void load(buffer_self self) {
  after_row(self, [self] { self->state.loaded = true; });
}

/// Terminals write beside the journal: what they gave back or took is seen by the next review.
void look_again(buffer_self self) {
  if (self->state.loaded && self->state.after_row.empty()) after_row(self, [] {});
}

/// As the balance does: what the dead owner had sent is through by then.
void settle_abandoned(buffer_self self, const hold_id& hold) {
  if (!self->state.book.knows(hold)) return;
  after_row(self, [self, hold] { self->state.book.forget(hold); });
}

// -- changes: inflows, refills, limits ------------------------------------------------------------
// Each is decided from the committed row, which does not show what is under way. So they go one at
// a time: the next is decided when the row shows what became of the one before.

constexpr std::size_t changes_waiting = 64;

void next_change(buffer_self self) {
  auto& st = self->state;
  st.changing = !st.changes.empty();
  if (!st.changing) return;
  const auto begin = std::move(st.changes.front());
  st.changes.pop_front();
  begin();
}

/// Runs `begin` when it is its turn; it ends with `next_change`, by itself or through `commit`.
/// False when too many wait.
bool change(buffer_self self, std::function<void()> begin) {
  auto& st = self->state;
  if (st.changes.size() >= changes_waiting) return false;
  st.changes.push_back(std::move(begin));
  if (!st.changing) next_change(self);
  return true;
}

/// Commits one change and tells `done` how that ended (the committed row has arrived by then: the
/// journal tells the buffer first).
template <class Done>
void commit(buffer_self self, journal_entry entry, Done done) {
  const auto journal = self->state.w->dir.handles.get<journal_actor>();
  if (!journal) {
    done(make_error(errc::unavailable));
    return next_change(self);
  }
  self->request(journal, self->state.w->settings.patience.append, append{std::move(entry)})
      .then(
          [self, done](const committed& c) mutable {
            done(c);
            next_change(self);
          },
          [self, done](caf::error& e) mutable {
            const bool known = is_verdict(e);
            done(std::move(e));
            if (known) return next_change(self);
            after_row(self, [self] { next_change(self); });  // it may still wait in the journal
          });
}

/// A change that somebody waits for: `begin` gets the promise.
template <class Answer, class Begin>
caf::result<Answer> change_for(buffer_self self, Begin begin) {
  if (!self->state.loaded) return make_error(errc::unavailable);
  auto promise = self->template make_response_promise<Answer>();
  if (!change(self, [begin, promise] { begin(promise); }))
    promise.deliver(make_error(errc::overloaded));
  return promise;
}

using status_promise = caf::typed_response_promise<buffer_status>;

/// Answers with the buffer as the change left it.
auto answer_status(buffer_self self, status_promise promise) {
  return [self, promise](caf::expected<committed> outcome) mutable {
    if (outcome) {
      auto status = status_of(self->state);
      status.replayed = outcome->replayed;
      promise.deliver(std::move(status));
    } else {
      promise.deliver(std::move(outcome.error()));
    }
  };
}

caf::result<buffer_status> pay_in(buffer_self self, const replenish_buffer& x) {
  return change_for<buffer_status>(self, [self, x](status_promise promise) {
    const auto& st = self->state;
    const auto split = st.book.split(x.amount);
    commit(self, replenish{x.id, split.to_buffer, split.to_reserve, x.reference, st.w->now(), x.by},
           answer_status(self, promise));
  });
}

caf::result<committed> take_in(buffer_self self, const complete_conversion& x) {
  using promise_type = caf::typed_response_promise<committed>;
  return change_for<committed>(self, [self, x](promise_type promise) {
    const auto split = self->state.book.split(add_saturating(x.to_buffer, x.to_reserve));
    auto entry = x;
    entry.to_buffer = split.to_buffer;
    entry.to_reserve = split.to_reserve;
    commit(self, std::move(entry), [promise](caf::expected<committed> outcome) mutable {
      if (outcome) {
        promise.deliver(*outcome);
      } else {
        promise.deliver(std::move(outcome.error()));
      }
    });
  });
}

// -- what a reorganisation takes back -------------------------------------------------------------

void hold_arrival_back(buffer_self self, const hold_back& x) {
  auto& st = self->state;
  st.book.hold_back(x.arrival, x.amount);
  auto& alerts = st.w->dir.gauges.alerts();
  if (const auto held = st.book.held_back(); held.is_positive()) {
    alerts.raise(held_back_alert, "",
                 to_string(held) +
                     " USDC that had arrived may be on the chain no more: nothing is"
                     " paid of them",
                 st.w->now());
  } else {
    alerts.clear(held_back_alert, "", st.w->now());
  }
  changed(st);
}

/// While the buffer does not hold it, bets and withdrawals wait: the asker holds it back, and asks
/// again.
caf::result<committed> give_back(buffer_self self, const undo_conversion& x) {
  using promise_type = caf::typed_response_promise<committed>;
  return change_for<committed>(self, [self, x](promise_type promise) {
    const auto split = self->state.book.take_back(add_saturating(x.from_buffer, x.from_reserve));
    const auto too_little = [] {
      return make_error(errc::unavailable, "the buffer does not hold what was undone");
    };
    if (!split) {
      promise.deliver(too_little());
      return next_change(self);
    }
    auto entry = x;
    entry.from_buffer = split->to_buffer;
    entry.from_reserve = split->to_reserve;
    commit(self, std::move(entry),
           [self, promise, too_little, id = x.id](caf::expected<committed> outcome) mutable {
             if (outcome) {
               hold_arrival_back(self, {id, {}});
               promise.deliver(*outcome);
             } else if (code_of(outcome.error()) == errc::exceeds_max_bet) {
               promise.deliver(too_little());  // a bet was faster
             } else {
               promise.deliver(std::move(outcome.error()));
             }
           });
  });
}

caf::result<buffer_status> configure(buffer_self self, const buffer_limits& x) {
  return change_for<buffer_status>(self, [self, x](status_promise promise) {
    const auto& row = self->state.book.row();
    configure_buffer next{row.min_size, row.has_max, row.max_size, self->state.w->now(), x.by};
    if (x.set_min) next.min_size = x.min_size;
    if (x.set_max) {
      next.has_max = x.has_max;
      next.max_size = x.max_size;
    }
    if (next.has_max && next.max_size < next.min_size) {
      promise.deliver(
          make_error(errc::invalid_field, "max_buffer_size must not be below min_buffer_size"));
      return next_change(self);
    }
    commit(self, next, answer_status(self, promise));
  });
}

void begin_refill(buffer_self self) {
  auto& st = self->state;
  const auto due = st.book.refill_due();
  if (!due.is_positive()) {
    st.refilling = false;
    return next_change(self);
  }
  commit(self, refill{replenish_id::from_digest(st.w->random()), due, st.w->now()},
         [self, due](const caf::expected<committed>& outcome) {
           self->state.refilling = false;
           if (outcome) {
             spdlog::info("buffer.refilled amount={}", to_string(due));
           } else {
             spdlog::warn("buffer.refill_failed code={}", to_string(code_of(outcome.error())));
           }
         });
}

void refill_if_due(buffer_self self) {
  auto& st = self->state;
  if (st.refilling || !st.book.refill_due().is_positive()) return;
  st.refilling = true;
  if (!change(self, [self] { begin_refill(self); })) st.refilling = false;
}

void recommend(buffer_self self) {
  const auto query = self->state.w->dir.handles.get<query_actor>();
  if (!query) return;
  self->request(query, std::chrono::seconds{10}, volume_atom::value)
      .then([self](usdc daily) { self->state.recommended = add_saturating(daily, daily); },
            [](const caf::error&) {});  // the last known recommendation stands
}

/// What flows out, what is on its way, and how long the slowest way takes; what cannot be read
/// stays as it was.
void measure(buffer_self self) {
  constexpr std::chrono::seconds patience{10};
  const auto& handles = self->state.w->dir.handles;
  if (const auto query = handles.get<query_actor>())
    self->request(query, patience, flows_atom::value)
        .then([self](buffer_flows& flows) { self->state.flows = std::move(flows); },
              [](const caf::error&) {});
  if (const auto conversions = handles.get<conversion_actor>())
    self->request(conversions, patience, get_atom::value)
        .then(
            [self](const route_listing& all) {
              std::uint32_t slowest = 0;
              for (const auto& r : all.routes)
                if (r.enabled && r.known) slowest = std::max(slowest, r.info.expected_seconds);
              self->state.slowest_seconds = slowest;
            },
            [](const caf::error&) {});
}

/// One row of the buffer's history; one that is lost is a gap of a minute.
void note(buffer_self self) {
  auto& st = self->state;
  const auto every = st.w->settings.buffer.history;
  const auto now = self->clock().now();
  if (every.count() == 0 || now < st.next_note) return;
  const auto journal = st.w->dir.handles.get<journal_actor>();
  if (!journal) return;
  st.next_note = now + every;
  self->request(journal, st.w->settings.patience.append, append{note_buffer{st.w->now()}})
      .then([](const committed&) {}, [](const caf::error&) {});
}

}  // namespace

buffer_actor::behavior_type buffer_behavior(buffer_self self, world_ptr w) {
  self->state.w = std::move(w);
  load(self);
  self->send(self, review_atom::value);
  return {
      [self](get_atom) -> caf::result<buffer_status> {
        if (!self->state.loaded) return make_error(errc::unavailable);
        return status_of(self->state);
      },
      [self](const deduct& x) -> caf::result<usdc> {
        auto& st = self->state;
        if (!st.loaded) return make_error(errc::unavailable);
        if (st.book.deduct(x.hold, x.amount)) {
          const auto left = st.book.available();
          st.w->dir.gauges.publish_buffer_available(left);
          return left;
        }
        ++st.refused;
        const auto available = st.book.available();
        if (x.kind == hold_kind::withdrawal)
          return make_error(errc::exceeds_max_withdrawal, withdrawal_refusal(x.amount, available));
        return make_error(
            errc::exceeds_max_bet,
            refusal_text(x.amount, max_bet_of(x.user_available, available).amount, available));
      },
      [self](const release& x) {
        self->state.book.forget(x.hold);
        changed(self->state);
      },
      [self](const abandoned& x) { settle_abandoned(self, x.hold); },
      [self](const buffer_committed& x) {
        auto& st = self->state;
        st.book.set_committed(x.row);
        for (const auto& hold : x.accepted) st.book.forget(hold);
        changed(st);
      },
      [self](reload_atom) {
        if (!self->state.after_row.empty()) read_row(self);
      },
      [self](const replenish_buffer& x) { return pay_in(self, x); },
      [self](const complete_conversion& x) { return take_in(self, x); },
      [self](const undo_conversion& x) { return give_back(self, x); },
      [self](const hold_back& x) { hold_arrival_back(self, x); },
      [self](const buffer_limits& x) { return configure(self, x); },
      [self](review_atom) {
        look_again(self);
        refill_if_due(self);
        recommend(self);
        measure(self);
        note(self);
        self->delayed_send(self, self->state.w->settings.buffer.tick, review_atom::value);
      },
      [self](status_atom) {
        const auto& st = self->state;
        return status_report{buffer_state::name,
                             {{"balance", to_string(st.book.row().balance)},
                              {"available", to_string(st.book.available())},
                              {"tentative", std::to_string(st.book.tentative_count())},
                              {"held_back", to_string(st.book.held_back())},
                              {"refused", std::to_string(st.refused)},
                              {"changes_waiting", std::to_string(st.changes.size())},
                              {"version", std::to_string(st.book.row().version)}}};
      },
  };
}

}  // namespace headroom::actors
