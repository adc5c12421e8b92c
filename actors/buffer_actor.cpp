#include "actors/buffer_actor.hpp"

#include <spdlog/spdlog.h>

namespace headroom::actors {

buffer_state::~buffer_state() {
  if (w) w->dir.forget_buffer_available();
}

namespace {

buffer_status status_of(const buffer_state& st) {
  return {st.book.row(), st.book.available(), st.book.is_low(), st.recommended};
}

/// After every change: publish what can be paid, and say once when the buffer falls low.
void changed(buffer_state& st) {
  st.w->dir.publish_buffer_available(st.book.available());
  const bool low = st.book.is_low();
  if (low && !st.low_alerted)
    spdlog::warn("buffer.low balance={} min_size={}", to_string(st.book.row().balance),
                 to_string(st.book.row().min_size));
  if (!low && st.low_alerted)
    spdlog::info("buffer.recovered balance={}", to_string(st.book.row().balance));
  st.low_alerted = low;
}

/// Until the books have spoken nothing is taken and nothing is shown.
void load(buffer_self self) {
  const auto again = [self] {
    self->delayed_send(self, std::chrono::milliseconds{100}, recover_atom::value);
  };
  const auto journal = self->state.w->dir.get<journal_actor>();
  if (!journal) return again();
  self->request(journal, self->state.w->settings.load_timeout, get_atom::value)
      .then(
          [self](const buffer_row& row) {
            self->state.book.set_committed(row);
            self->state.loaded = true;
            changed(self->state);
          },
          [again](const caf::error& e) {
            spdlog::warn("buffer.load_failed code={}", to_string(code_of(e)));
            again();
          });
}

/// As the balance does: what the dead bet had sent is through after a read in the journal's order.
void settle_abandoned(buffer_self self, const bet_id& bet) {
  const auto journal = self->state.w->dir.get<journal_actor>();
  const auto retry = [self, bet] {
    self->delayed_send(self, std::chrono::milliseconds{200}, abandoned{bet});
  };
  if (!self->state.book.knows(bet)) return;
  if (!journal) return retry();
  self->request(journal, self->state.w->settings.load_timeout, get_atom::value)
      .then(
          [self, bet](const buffer_row& row) {
            self->state.book.set_committed(row);
            self->state.book.forget(bet);
            changed(self->state);
          },
          [retry](const caf::error&) { retry(); });
}

/// Appends `entry`, then answers with what `answer` makes of the state (the committed row has
/// arrived by then: the journal tells the buffer first).
template <class Answer, class Entry, class Make>
caf::result<Answer> append(buffer_self self, Entry entry, Make make) {
  const auto journal = self->state.w->dir.get<journal_actor>();
  if (!journal) return make_error(errc::unavailable);
  auto promise = self->template make_response_promise<Answer>();
  self->request(journal, self->state.w->settings.append_timeout, std::move(entry))
      .then([promise, make](const committed& c) mutable { promise.deliver(make(c)); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

void refill_if_due(buffer_self self) {
  auto& st = self->state;
  const auto due = st.book.refill_due();
  const auto journal = st.w->dir.get<journal_actor>();
  if (st.refilling || !due.is_positive() || !journal) return;
  st.refilling = true;
  self->request(journal, st.w->settings.append_timeout,
                refill{replenish_id::from_digest(st.w->random()), due, st.w->now()})
      .then(
          [self, due](const committed&) {
            self->state.refilling = false;
            spdlog::info("buffer.refilled amount={}", to_string(due));
          },
          [self](const caf::error& e) {
            self->state.refilling = false;
            spdlog::warn("buffer.refill_failed code={}", to_string(code_of(e)));
          });
}

void recommend(buffer_self self) {
  const auto query = self->state.w->dir.get<query_actor>();
  if (!query) return;
  self->request(query, std::chrono::seconds{10}, volume_atom::value)
      .then([self](usdc daily) { self->state.recommended = add_saturating(daily, daily); },
            [](const caf::error&) {});  // the last known recommendation stands
}

caf::result<buffer_status> configure(buffer_self self, const buffer_limits& x) {
  const auto& row = self->state.book.row();
  configure_buffer next{row.min_size, row.has_max, row.max_size, self->state.w->now()};
  if (x.set_min) next.min_size = x.min_size;
  if (x.set_max) {
    next.has_max = x.has_max;
    next.max_size = x.max_size;
  }
  if (next.has_max && next.max_size < next.min_size)
    return make_error(errc::invalid_field, "max_buffer_size must not be below min_buffer_size");
  return append<buffer_status>(self, next,
                               [self](const committed&) { return status_of(self->state); });
}

}  // namespace

buffer_actor::behavior_type buffer_behavior(buffer_self self, world_ptr w) {
  self->state.w = std::move(w);
  load(self);
  self->send(self, tick_atom::value);
  return {
      [self](get_atom) -> caf::result<buffer_status> {
        if (!self->state.loaded) return make_error(errc::unavailable);
        return status_of(self->state);
      },
      [self](const deduct& x) -> caf::result<usdc> {
        auto& st = self->state;
        if (!st.loaded) return make_error(errc::unavailable);
        if (st.book.deduct(x.bet, x.amount)) {
          const auto left = st.book.available();
          st.w->dir.publish_buffer_available(left);
          return left;
        }
        ++st.refused;
        const auto available = st.book.available();
        return make_error(
            errc::exceeds_max_bet,
            refusal_text(x.amount, max_bet_of(x.user_available, available).amount, available));
      },
      [self](const refund& x) {
        self->state.book.forget(x.bet);
        changed(self->state);
      },
      [self](const abandoned& x) { settle_abandoned(self, x.bet); },
      [self](const buffer_committed& x) {
        auto& st = self->state;
        st.book.set_committed(x.row);
        for (const auto& bet : x.accepted) st.book.forget(bet);
        changed(st);
      },
      [self](recover_atom) { load(self); },
      [self](const replenish_buffer& x) -> caf::result<buffer_status> {
        if (!self->state.loaded) return make_error(errc::unavailable);
        const auto split = self->state.book.split(x.amount);
        return append<buffer_status>(
            self,
            replenish{x.id, split.to_buffer, split.to_reserve, x.reference, self->state.w->now()},
            [self](const committed&) { return status_of(self->state); });
      },
      [self](complete_conversion& x) -> caf::result<committed> {
        if (!self->state.loaded) return make_error(errc::unavailable);
        const auto split = self->state.book.split(add_saturating(x.to_buffer, x.to_reserve));
        x.to_buffer = split.to_buffer;
        x.to_reserve = split.to_reserve;
        return append<committed>(self, std::move(x), [](const committed& c) { return c; });
      },
      [self](const buffer_limits& x) -> caf::result<buffer_status> {
        if (!self->state.loaded) return make_error(errc::unavailable);
        return configure(self, x);
      },
      [self](tick_atom) {
        refill_if_due(self);
        recommend(self);
        self->delayed_send(self, self->state.w->settings.buffer_tick, tick_atom::value);
      },
      [self](status_atom) {
        const auto& st = self->state;
        return status_report{buffer_state::name,
                             {{"balance", to_string(st.book.row().balance)},
                              {"available", to_string(st.book.available())},
                              {"tentative", std::to_string(st.book.tentative_count())},
                              {"refused", std::to_string(st.refused)},
                              {"version", std::to_string(st.book.row().version)}}};
      },
  };
}

}  // namespace headroom::actors
