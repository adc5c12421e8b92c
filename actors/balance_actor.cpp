#include "actors/balance_actor.hpp"

#include <spdlog/spdlog.h>

#include "actors/log_limit.hpp"

namespace headroom::actors {

balance_state::~balance_state() {
  if (w) w->dir.users.forget_balance(user, self_key);
}

namespace {

/// After every change, so that the figure can be read without a message.
void show(balance_self self) {
  self->card().shown.store(self->state.book.available().micro, std::memory_order_relaxed);
}

/// A late request is bounced; its sender asks the directory again.
void leave(balance_self self) {
  self->state.w->dir.users.forget_balance(self->state.user, self->state.self_key);
  self->quit();
}

/// The journal answers every read, or dies and lets us know: no timer, which would cost as much
/// memory as the balance.
void load(balance_self self) {
  auto& st = self->state;
  const auto leave = [self](const caf::error& e) {
    if (self->state.w->dir.gauges.lines().due("balance.load_failed", self->clock().now()))
      spdlog::warn("balance.load_failed user={} code={}", self->state.user.hex(),
                   to_string(code_of(e)));
    self->quit(make_error(errc::unavailable));
  };
  const auto journal = st.w->dir.handles.get<journal_actor>();
  if (!journal) {
    self->quit(make_error(errc::unavailable));
    return;
  }
  self->request(journal, caf::infinite, get_atom::value, st.user)
      .await(
          [self](const balance_row& row) {
            auto& s = self->state;
            s.book.set_committed(row.balance, row.version);
            show(self);
            s.w->dir.users.show_balance(s.user, s.self_key, self->card());
          },
          leave);
}

/// Whoever held it died before the journal's word: whatever it had sent is through after a sync,
/// and the row read then is the truth, whatever the hold was for.
void settle_abandoned(balance_self self, const abandoned& x) {
  const auto journal = self->state.w->dir.handles.get<journal_actor>();
  const auto retry = [self, x] { self->delayed_send(self, std::chrono::milliseconds{200}, x); };
  if (!self->state.book.knows(x.hold)) return;
  if (!journal) return retry();
  self->request(journal, self->state.w->settings.patience.load, get_atom::value, self->state.user)
      .then(
          [self, hold = x.hold](const balance_row& row) {
            self->state.book.set_committed(row.balance, row.version);
            self->state.book.forget(hold);
            show(self);
          },
          [retry](const caf::error&) { retry(); });
}

}  // namespace

balance_actor::behavior_type balance_behavior(balance_self self, world_ptr w, const address& user) {
  self->describe(id_kind::user, user.view());
  auto& st = self->state;
  st.w = std::move(w);
  st.user = user;
  st.self_key = key_of(self->address());
  load(self);
  return {
      [self](get_atom) -> caf::result<balance_view> {
        auto& s = self->state;
        s.used = true;
        const auto buffer = s.w->dir.gauges.buffer_available();
        if (!buffer) return make_error(errc::unavailable);
        return balance_view{s.book.available(), s.book.committed(), *buffer};
      },
      [self](const deduct& x) -> caf::result<usdc> {
        auto& s = self->state;
        s.used = true;
        const auto before = s.book.available();
        if (!s.book.deduct(x.hold, x.amount)) {
          if (s.book.version() == 0) leave(self);  // strangers must not fill the house
          return make_error(
              errc::insufficient_balance,
              std::string{x.kind == hold_kind::withdrawal ? "The withdrawal" : "The bet"} +
                  " needs $" + to_cents_ceil(x.amount) + " USDC, the balance is $" +
                  to_cents_floor(before) + " USDC");
        }
        show(self);
        return before;
      },
      [self](const release& x) {
        self->state.book.forget(x.hold);
        show(self);
      },
      [self](const abandoned& x) { settle_abandoned(self, x); },
      [self](const balance_committed& x) {
        auto& s = self->state;
        s.used = true;
        if (x.version > 0) s.book.set_committed(x.balance, x.version);
        s.book.forget(x.hold);
        show(self);
      },
      [self](idle_atom) {
        auto& s = self->state;
        const bool looked_at = self->card().looked_at.exchange(false, std::memory_order_relaxed);
        if (!s.used && !looked_at && s.book.tentative_count() == 0) {
          leave(self);
          return;
        }
        s.used = false;
      },
      [self](status_atom) {
        const auto& s = self->state;
        return status_report{balance_state::name,
                             {{"user", s.user.hex()},
                              {"available", to_string(s.book.available())},
                              {"committed", to_string(s.book.committed())},
                              {"tentative", std::to_string(s.book.tentative_count())},
                              {"version", std::to_string(s.book.version())}}};
      },
  };
}

}  // namespace headroom::actors
