#include "actors/withdrawal_desk.hpp"

#include <spdlog/spdlog.h>

#include "actors/alerts.hpp"
#include "actors/log_limit.hpp"
#include "actors/work_switches.hpp"

namespace headroom::actors {
namespace {

using view_promise = caf::typed_response_promise<withdrawals_view>;
using row_promise = caf::typed_response_promise<withdrawal>;

/// Another process may stop them too.
constexpr std::chrono::seconds read_every{2};
/// The first time: nothing leaves, and the service is not ready, until it is read.
constexpr std::chrono::milliseconds read_first{100};

withdrawals_view shown(const withdrawal_desk_state& st) {
  const auto word = st.w->dir.gauges.withdrawals().look();
  return {word != withdrawal_gauge::word::unknown, word == withdrawal_gauge::word::paused};
}

// -- going on or not ------------------------------------------------------------------------------

/// @param why  "": the books say no more than that it is so.
void publish(const withdrawal_desk_state& st, bool paused, const std::string& why) {
  constexpr std::string_view what = "withdrawals";
  auto& gauges = st.w->dir.gauges;
  auto& alerts = gauges.alerts();
  gauges.withdrawals().publish(paused);
  if (!paused) return alerts.clear(paused_alert, what, st.w->now());
  if (why.empty() && alerts.lasts(paused_alert, what)) return;  // by somebody who said why
  alerts.raise(paused_alert, what, why.empty() ? "paused; operator_actions says by whom" : why,
               st.w->now());
}

/// An operator's word is newer than what was read before it, and stands until the books answer it.
void read_switch(withdrawal_desk_self self) {
  const auto query = self->state.w->dir.handles.get<query_actor>();
  if (!query) return;
  self->request(query, self->state.w->settings.patience.load, paused_atom::value)
      .then(
          [self, words = self->state.words](bool paused) {
            const auto& st = self->state;
            if (st.deciding > 0 || st.words != words) return;
            publish(st, paused || st.held, st.held ? "paused by the settings" : "");
          },
          [self](const caf::error& e) {
            if (self->state.w->dir.gauges.lines().due("withdrawals.switch", self->clock().now()))
              spdlog::warn("withdrawals.switch_unread code={}", to_string(code_of(e)));
          });
}

caf::result<withdrawals_view> pause(withdrawal_desk_self self, const pause_withdrawals& x) {
  const auto& w = *self->state.w;
  const auto journal = w.dir.handles.get<journal_actor>();
  if (!journal) return make_error(errc::unavailable);
  auto promise = self->make_response_promise<withdrawals_view>();
  const auto why = "paused by " + x.by + ": " + x.reason;
  if (x.paused) publish(self->state, true, why);  // at once, whatever the books say
  ++self->state.deciding;
  ++self->state.words;
  self->request(journal, w.settings.patience.append,
                append{switch_withdrawals{x.paused, x.reason, x.by, w.now()}})
      .then(
          [self, promise, x, why](const committed&) mutable {
            auto& st = self->state;
            --st.deciding;
            ++st.words;
            st.held = false;  // an operator's word is newer than the file's
            publish(st, x.paused, why);
            spdlog::warn("withdrawals.{} by={} reason=\"{}\"", x.paused ? "paused" : "resumed",
                         x.by, x.reason);
            promise.deliver(shown(st));
          },
          [self, promise](caf::error& e) mutable {
            --self->state.deciding;
            promise.deliver(std::move(e));
          });
  return promise;
}

// -- one withdrawal -------------------------------------------------------------------------------

void fail(row_promise promise, errc code, std::string why = {}) {
  promise.deliver(make_error(code, std::move(why)));
}

/// Behind the entry; its actor looks at once.
void answer_row(withdrawal_desk_self self, const withdrawal_id& id, row_promise promise) {
  const auto& w = *self->state.w;
  if (const auto actor = w.dir.users.find_withdrawal(id)) self->send(actor, review_atom::value);
  const auto journal = w.dir.handles.get<journal_actor>();
  if (!journal) return fail(promise, errc::unavailable);
  self->request(journal, w.settings.patience.load, get_atom::value, id)
      .then([promise](withdrawal& row) mutable { promise.deliver(std::move(row)); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
}

void book(withdrawal_desk_self self, const withdrawal_id& id, journal_entry entry,
          row_promise promise) {
  const auto& w = *self->state.w;
  const auto journal = w.dir.handles.get<journal_actor>();
  if (!journal) return fail(promise, errc::unavailable);
  self->request(journal, w.settings.patience.append, append{std::move(entry)})
      .then([self, id, promise](const committed&) { answer_row(self, id, promise); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
}

/// What has a transaction is the chain's; the books refuse it as well. Said again it is answered.
void refuse(withdrawal_desk_self self, const decide_withdrawal& x, const withdrawal& row,
            row_promise promise) {
  if (row.status == withdrawal_status::sent)
    return fail(promise, errc::duplicate, "it is on its way");
  if (row.status == withdrawal_status::failed && row.failure == x.reason)
    return answer_row(self, x.id, promise);
  if (!is_open(row)) return fail(promise, errc::duplicate, "it is over");
  book(self, x.id,
       finish_withdrawal{row.id,
                         row.user,
                         row.amount,
                         row.fee,
                         withdrawal_status::failed,
                         {},
                         x.reason,
                         self->state.w->now(),
                         x.by},
       promise);
}

void decide_row(withdrawal_desk_self self, const decide_withdrawal& x, const withdrawal& row,
                row_promise promise) {
  if (!x.approve) return refuse(self, x, row, promise);
  if (!row.needs_approval) return fail(promise, errc::duplicate, "it needs no approval");
  book(self, x.id, approve_withdrawal{x.id, x.by, self->state.w->now()}, promise);
}

caf::result<withdrawal> decide(withdrawal_desk_self self, const decide_withdrawal& x) {
  const auto& w = *self->state.w;
  const auto journal = w.dir.handles.get<journal_actor>();
  if (!journal) return make_error(errc::unavailable);
  auto promise = self->make_response_promise<withdrawal>();
  self->request(journal, w.settings.patience.load, get_atom::value, x.id)
      .then([self, x, promise](const withdrawal& row) { decide_row(self, x, row, promise); },
            [promise](caf::error& e) mutable { promise.deliver(std::move(e)); });
  return promise;
}

}  // namespace

withdrawal_desk_actor::behavior_type withdrawal_desk_behavior(withdrawal_desk_self self,
                                                              world_ptr w) {
  self->state.w = std::move(w);
  self->state.held = self->state.w->settings.withdrawal.paused;
  self->send(self, poll_atom::value);
  return {
      [self](const decide_withdrawal& x) { return decide(self, x); },
      [self](const pause_withdrawals& x) { return pause(self, x); },
      [self](get_atom) { return shown(self->state); },
      [self](poll_atom) {
        const bool known = shown(self->state).known;
        self->delayed_send(self, known ? read_every : read_first, poll_atom::value);
        read_switch(self);
      },
      [self](status_atom) {
        const auto now = shown(self->state);
        return status_report{
            withdrawal_desk_state::name,
            {{"known", now.known ? "yes" : "no"}, {"paused", now.paused ? "yes" : "no"}}};
      },
  };
}

}  // namespace headroom::actors
