#include "actors/bet_actor.hpp"

#include <spdlog/spdlog.h>

#include "actors/alerts.hpp"
#include "actors/log_limit.hpp"

namespace headroom::actors {
namespace {

using phase = bet_state::phase;
using std::chrono::milliseconds;

constexpr std::uint32_t max_tries = 5;  // against neighbours that are being restarted
constexpr milliseconds neighbour_wait{50};
constexpr std::string_view unresolved_alert = "bet.unresolved";

template <class Handle>
Handle neighbour(bet_self self) {
  return self->state.w->dir.get<Handle>();
}

/// The saga's steps. Each sends one request and returns; its answer starts the next.
class saga {
 public:
  explicit saga(bet_self self) : self_{self}, st_{self->state} {}

  /// One question at a time: an answer that comes after the saga went on another way is dropped
  /// (what it said is found out again). Local neighbours answer or die, so there is no timer here;
  /// should one forget a question all the same, the guardian's sweep finds it.
  template <class Answer, class Handle, class Message, class Ok, class Fail>
  void ask(const Handle& to, Message message, Ok ok, Fail fail) {
    const auto epoch = ++st_.epoch;
    st_.wake_due = false;  // a timer set before this question is about nothing any more
    st_.asked_at = self_->clock().now();
    st_.asked = to.id();
    self_->request(to, caf::infinite, std::move(message))
        .then(
            [self = self_, epoch, ok](Answer& answer) {
              if (heard_in_time(self, epoch)) ok(saga{self}, answer);
            },
            [self = self_, epoch, fail](caf::error& e) {
              if (heard_in_time(self, epoch)) fail(saga{self}, e);
            });
  }

  // -- reserving ---------------------------------------------------------------------------------

  /// The user's own money first: whoever has none never reaches the venue.
  void deduct_balance() {
    st_.at = phase::reserving;
    const auto balance = st_.w->dir.balance_of(st_.row.user);
    if (!balance) return refuse(make_error(errc::overloaded));
    st_.balance_taken = true;  // from now on it may stand there
    ask<usdc>(
        balance, deduct{st_.id, st_.row.amount, {}},
        [](saga s, usdc available_before) { s.quote(available_before); },
        [](saga s, caf::error& e) {
          // An actor that just left for being idle bounces the request: ask for the next one.
          if (never_received(e) && ++s.st_.tries < max_tries) return s.deduct_balance();
          s.st_.balance_taken = false;
          s.refuse(std::move(e));
        });
  }

  void quote(usdc user_available) {
    const auto venue = neighbour<venue_actor>(self_);
    if (!venue) return refuse(make_error(errc::unavailable));
    ask<order_quote>(
        venue, quote_order{st_.row.token, st_.row.amount, st_.row.max_price, st_.row.placed_by},
        [user_available](saga s, const order_quote& q) { s.deduct_buffer(q, user_available); },
        [](saga s, caf::error& e) { s.refuse(std::move(e)); });
  }

  void deduct_buffer(const order_quote& q, usdc user_available) {
    const auto buffer = neighbour<buffer_actor>(self_);
    if (!buffer) return refuse(make_error(errc::unavailable));
    st_.buffer_taken = true;
    ask<usdc>(
        buffer, deduct{st_.id, st_.row.amount, user_available}, [q](saga s, usdc) { s.sign(q); },
        [](saga s, caf::error& e) {
          s.st_.buffer_taken = false;
          s.refuse(std::move(e));
        });
  }

  void sign(const order_quote& q) {
    const auto venue = neighbour<venue_actor>(self_);
    if (!venue) return refuse(make_error(errc::unavailable));
    ask<signed_order>(
        venue, q,
        [](saga s, signed_order& order) {
          s.st_.row.order_hash = order.hash;
          s.st_.row.signed_order = std::move(order.bytes);
          s.store();
        },
        [](saga s, caf::error& e) { s.refuse(std::move(e)); });
  }

  /// Gives the tentative deductions back and answers: nothing happened. Unless this very bet is in
  /// the books from an earlier request: then that one's answer is the answer. The journal is asked,
  /// for an earlier actor of this bet may have died with its entry still in the journal's mailbox.
  void refuse(caf::error why) {
    release();
    ++st_.epoch;
    st_.at = phase::refusing;
    const auto journal = neighbour<journal_actor>(self_);
    if (!journal || code_of(why) == errc::overloaded)
      return fail_askers(code_of(why) == errc::overloaded ? why : make_error(errc::unavailable));
    self_->request(journal, st_.w->settings.patience.load, get_atom::value, st_.id)
        .then([self = self_](bet& found) { saga{self}.answer_with(std::move(found)); },
              [self = self_, why](const caf::error& e) {
                const bool absent = code_of(e) == errc::not_found;
                saga{self}.fail_askers(absent ? why : make_error(errc::unavailable));
              });
  }

  // -- storing -----------------------------------------------------------------------------------

  void store() {
    st_.at = phase::storing;
    st_.row.created_at = st_.row.updated_at = st_.w->now();
    append_bet();
  }

  /// Sent again after a journal's restart: the entry commits once however often it is asked.
  void append_bet() {
    const auto journal = neighbour<journal_actor>(self_);
    if (!journal) return again_later();
    ++st_.appends;
    ask<committed>(
        journal, accept_bet{st_.row}, [](saga s, const committed& c) { s.stored(c); },
        [](saga s, caf::error& e) { s.not_stored(std::move(e)); });
  }

  void not_stored(caf::error why) {
    if (never_received(why)) return again_later();
    // A full queue says nothing of what an earlier journal took.
    if (code_of(why) == errc::overloaded && st_.appends > 1) return again_later();
    if (code_of(why) != errc::duplicate) return refuse(std::move(why));
    // The id is in the books with another order: an earlier request under the same key.
    refuse(make_error(errc::internal, "a stored bet could not be read back"));
  }

  void stored(const committed& c) {
    st_.stored = true;
    st_.adopt_due = false;
    settle_balance(c);
    st_.buffer_taken = false;  // the journal told the buffer with the batch
    st_.venue_side = placement{st_.w->settings.bet.placing, st_.row.deadline, false};
    st_.at = phase::placing;
    st_.tries = 0;
    submit();
  }

  // -- placing -----------------------------------------------------------------------------------

  /// The first time and every later one. The venue looks at the deadline again, right before the
  /// bytes leave: they may wait there for a while.
  void submit() {
    if (st_.w->now() >= st_.row.deadline) return not_sent(std::string{sent_too_late});
    const auto venue = neighbour<venue_actor>(self_);
    if (!venue) return not_sent("venue is restarting");
    ask<venue_answer>(
        venue, submit_order{{st_.row.order_hash, st_.row.signed_order}, st_.row.deadline},
        [](saga s, const venue_answer& a) { s.heard(a); },
        [](saga s, const caf::error& e) { s.lost(e); });
  }

  void look_up() {
    const auto venue = neighbour<venue_actor>(self_);
    if (!venue) return lost(make_error(errc::unavailable));
    ask<venue_answer>(
        venue,
        look_up_order{{st_.row.order_hash, st_.row.signed_order},
                      st_.row.created_at,
                      st_.row.deadline,
                      st_.venue_side.matched()},
        [](saga s, const venue_answer& a) { s.heard(a); },
        [](saga s, const caf::error& e) { s.lost(e); });
  }

  void cancel() {
    const auto venue = neighbour<venue_actor>(self_);
    if (!venue) return lost(make_error(errc::unavailable));
    ask<bool>(
        venue, cancel_order{{st_.row.order_hash, st_.row.signed_order}},
        [](saga s, bool will_not_fill) {
          s.act(s.st_.venue_side.after_cancel(will_not_fill, s.st_.w->now()));
        },
        [](saga s, const caf::error& e) { s.lost(e); });
  }

  void not_sent(std::string why) {
    heard({venue_verdict::not_now, {}, {}, {}, std::move(why), false});
  }

  /// The venue actor itself failed: whatever it was doing may have happened.
  void lost(const caf::error& e) {
    heard({venue_verdict::unknown,
           {},
           {},
           {},
           "venue: " + std::string{to_string(code_of(e))},
           false});
  }

  void heard(const venue_answer& a) {
    if (a.verdict == venue_verdict::filled) {
      st_.row.shares = a.shares;
      st_.row.spent = a.spent;
      st_.row.fee = a.fee;
    }
    if (!a.reason.empty()) st_.row.failure = a.reason;
    const auto before = st_.venue_side.in_doubt();
    const auto next = st_.venue_side.next(word_of(a), st_.w->now(), a.untouched_until);
    if (!before && st_.venue_side.in_doubt())
      spdlog::warn("bet.in_doubt bet={} order={} reason=\"{}\"", st_.id.text(),
                   st_.row.order_hash.hex(), a.reason);
    if (next.step != placement_step::book_fill && next.step != placement_step::book_refund)
      raise_if_unresolved(a.reason);
    act(next);
  }

  /// An order that stays open this long after its deadline needs a human: `headroom bets resolve`.
  void raise_if_unresolved(const std::string& reason) {
    const auto now = st_.w->now();
    if (now < st_.row.deadline.plus(st_.w->settings.bet.unresolved_after)) return;
    st_.raised = true;
    st_.w->dir.alerts().raise(unresolved_alert, st_.id.text(),
                              "a bet has no end long after its deadline: " + reason, now);
  }

  void act(const placement::decision& d) {
    switch (d.step) {
      case placement_step::book_fill: return book_fill();
      case placement_step::book_refund: return finish(bet_status::failed, {}, st_.row.failure);
      case placement_step::look_up:
      case placement_step::submit:
      case placement_step::cancel: break;
    }
    st_.next_step = d.step;
    // A match is waited for at the venue, and so are those who asked for it.
    const bool following = st_.venue_side.matched() && d.step == placement_step::look_up;
    if (following && d.wait.count() == 0) return resume_step();
    answer_askers();  // 202: not known yet, and this may take a while
    if (d.wait.count() == 0) return resume_step();
    again_after(d.wait);
  }

  /// A human may have given an end to a bet that stays unresolved.
  void resume_step() {
    if (st_.raised) return look_at_books();
    take_step();
  }

  void look_at_books() {
    const auto journal = neighbour<journal_actor>(self_);
    if (!journal) return take_step();
    const auto epoch = ++st_.epoch;
    st_.wake_due = false;
    st_.asked_at = self_->clock().now();
    st_.asked = journal.id();
    self_->request(journal, st_.w->settings.patience.load, get_atom::value, st_.id)
        .then(
            [self = self_, epoch](bet& found) {
              if (!heard_in_time(self, epoch)) return;
              if (found.status == bet_status::placing) return saga{self}.take_step();
              saga{self}.take_ending(std::move(found));
            },
            [self = self_, epoch](const caf::error&) {
              if (heard_in_time(self, epoch)) saga{self}.take_step();
            });
  }

  void take_step() {
    switch (st_.next_step) {
      case placement_step::submit: return submit();
      case placement_step::cancel: return cancel();
      case placement_step::look_up:
      case placement_step::book_fill:
      case placement_step::book_refund: return look_up();
    }
  }

  // -- finishing ---------------------------------------------------------------------------------

  /// What was charged is booked, whatever was reserved: what is above it is the house's loss.
  void book_fill() {
    const auto paid = add(st_.row.spent, st_.row.fee);
    if (!paid || st_.row.spent.micro < 0 || st_.row.fee.micro < 0) {
      raise_if_unresolved("the numbers of its fill make no sense");
      return act({placement_step::look_up, st_.w->settings.bet.placing.longest_wait});
    }
    const auto rest = sub_saturating(st_.row.amount, *paid);
    if (rest.micro >= 0) return finish(bet_status::filled, rest, {});
    const usdc excess{-rest.micro};
    st_.w->dir.alerts().raise("bet.charged_above_reserve", "",
                              "the venue charged " + to_string(excess) + " USDC more than bet " +
                                  st_.id.text() + " had reserved; booked as venue_loss",
                              st_.w->now());
    finish(bet_status::filled, {}, {}, excess);
  }

  /// A filled bet gives back what it did not spend, a failed one everything.
  void finish(bet_status status, usdc rest, std::string failure, usdc excess = {}) {
    auto& row = st_.row;
    if (status == bet_status::failed) {
      row.shares = {};
      row.spent = row.fee = {};
      rest = row.amount;
      if (failure.empty()) failure = "the venue did not fill the order";
    }
    st_.ending = {st_.id, row.user,           status,       row.shares, row.spent, row.fee,
                  rest,   std::move(failure), st_.w->now(), excess};
    st_.at = phase::finishing;
    st_.tries = 0;
    append_ending();
  }

  void append_ending() {
    const auto journal = neighbour<journal_actor>(self_);
    if (!journal) return again_later();
    ask<committed>(
        journal, st_.ending, [](saga s, const committed& c) { s.finished(c); },
        [](saga s, const caf::error& e) { s.not_finished(e); });
  }

  void not_finished(const caf::error& e) {
    if (consequence_of(code_of(e)) == consequence::broken) {
      if (may_say("bet.finish_refused"))
        spdlog::error("bet.finish_refused bet={} order={} code={}", st_.id.text(),
                      st_.row.order_hash.hex(), to_string(code_of(e)));
      return read_ending();
    }
    // Refused for now (the buffer cannot bear an excess) or not heard: the books have no end yet.
    raise_if_unresolved("the books do not take its end: " + std::string{to_string(code_of(e))});
    again_after(never_received(e) ? neighbour_wait : st_.w->settings.bet.placing.longest_wait);
  }

  /// The books will not have this end. If they have another one, that one counts; else the bet
  /// stays open and owned, for a human to look at.
  void read_ending() {
    const auto journal = neighbour<journal_actor>(self_);
    if (!journal) return again_later();
    self_->request(journal, st_.w->settings.patience.load, get_atom::value, st_.id)
        .then(
            [self = self_](bet& found) {
              saga s{self};
              if (found.status == bet_status::placing) {
                s.st_.venue_side = placement{s.st_.w->settings.bet.placing, found.deadline, true};
                s.st_.at = phase::placing;
                return s.act({placement_step::look_up, s.st_.w->settings.bet.placing.longest_wait});
              }
              s.take_ending(std::move(found));
            },
            [self = self_](const caf::error&) { saga{self}.again_later(); });
  }

  /// The books have an end that did not come from here: who owns the balance hears of it.
  void take_ending(bet found) {
    st_.row = std::move(found);
    st_.at = phase::done;
    spdlog::info("bet.ended_elsewhere bet={} status={}", st_.id.text(), to_string(st_.row.status));
    answer_askers();
    const auto journal = neighbour<journal_actor>(self_);
    if (!journal) return self_->quit();
    self_->request(journal, st_.w->settings.patience.load, get_atom::value, st_.row.user)
        .then(
            [self = self_](const balance_row& row) {
              const auto& st = self->state;
              if (const auto balance = st.w->dir.find_balance(st.row.user))
                self->send(balance, balance_committed{st.id, row.balance, row.version});
              self->quit();
            },
            [self = self_](const caf::error&) { self->quit(); });
  }

  void finished(const committed& c) {
    auto& row = st_.row;
    row.status = st_.ending.status;
    row.refunded = st_.ending.refunded;
    row.failure = st_.ending.failure;
    row.updated_at = st_.ending.at;
    st_.balance_taken = true;  // so that the books' word is passed on below
    settle_balance(c);
    spdlog::debug("bet.finished bet={} user={} status={} spent={} fee={} refunded={}",
                  st_.id.text(), row.user.hex(), to_string(row.status), to_string(row.spent),
                  to_string(row.fee), to_string(row.refunded));
    st_.at = phase::done;
    answer_askers();
    self_->quit();
  }

  // -- askers ------------------------------------------------------------------------------------

  void answer_askers() {
    for (auto& p : st_.askers) p.deliver(st_.row);
    st_.askers.clear();
  }

  /// An earlier request's bet: the same body gets its answer, another body a conflict. Should the
  /// stored bet still be open, this actor is the one that goes on with it: the directory knows no
  /// other.
  void answer_with(bet found) {
    const bool same = found.request_hash == st_.row.request_hash;
    for (auto& p : st_.askers) {
      if (same) {
        p.deliver(found);
      } else {
        p.deliver(make_error(errc::key_reused));
      }
    }
    st_.askers.clear();
    st_.adopt_due = false;
    if (found.status == bet_status::placing) return adopt(std::move(found));
    leave();
  }

  void fail_askers(const caf::error& why) {
    for (auto& p : st_.askers) p.deliver(why);
    st_.askers.clear();
    leave();
  }

  void leave() {
    if (std::exchange(st_.adopt_due, false)) return read_stored();
    st_.at = phase::done;
    self_->quit();
  }

  /// What the guardian read may be over by now: another actor of this bet may have ended it since,
  /// and an order that was refunded must never be sent again. From here on this actor is the only
  /// one, and the journal answers after everything that an earlier one had sent.
  void read_stored() {
    st_.at = phase::reading;
    const auto journal = neighbour<journal_actor>(self_);
    if (!journal) return again_later();
    self_->request(journal, st_.w->settings.patience.load, get_atom::value, st_.id)
        .then([self = self_](bet& found) { saga{self}.answer_with(std::move(found)); },
              [self = self_](const caf::error& e) {
                if (code_of(e) != errc::not_found) return saga{self}.again_later();
                saga{self}.fail_askers(make_error(errc::unavailable));
              });
  }

  /// Goes on with a stored bet: it may have reached the venue, so looking comes first.
  void adopt(bet stored) {
    st_.row = std::move(stored);
    st_.stored = true;
    st_.at = phase::placing;
    st_.venue_side = placement{st_.w->settings.bet.placing, st_.row.deadline, true};
    spdlog::info("bet.resumed bet={} order={}", st_.id.text(), st_.row.order_hash.hex());
    look_up();
  }

  /// A neighbour is being restarted; the journal is worth waiting for, the request is bounded by
  /// the HTTP edge.
  void again_later() { again_after(neighbour_wait); }

  void again_after(std::chrono::milliseconds wait) {
    st_.wake_due = true;
    self_->delayed_send(self_, wait, tick_atom::value);
  }

  [[nodiscard]] bool may_say(std::string_view line) const {
    const auto cause = std::string{line} + " " + st_.id.text();
    return st_.w->dir.lines().due(cause, self_->clock().now());
  }

 private:
  /// Whether it is the answer that is waited for; then nothing is open any more.
  static bool heard_in_time(bet_self self, std::uint64_t epoch) {
    if (self->state.epoch != epoch) return false;
    self->state.asked_at.reset();
    return true;
  }

  static venue_word word_of(const venue_answer& a) {
    switch (a.verdict) {
      case venue_verdict::filled: return venue_word::filled;
      case venue_verdict::refused:
        return a.conclusive ? venue_word::refused_conclusive : venue_word::refused;
      case venue_verdict::unknown: return venue_word::unknown;
      case venue_verdict::absent: return venue_word::absent;
      case venue_verdict::not_now: return venue_word::not_now;
      case venue_verdict::matched: return venue_word::matched;
      case venue_verdict::live: return venue_word::live;
      case venue_verdict::over: return venue_word::over;
    }
    return venue_word::unknown;
  }

  void settle_balance(const committed& c) {
    if (!st_.balance_taken) return;
    st_.balance_taken = false;
    // Only if somebody owns the balance now: a fresh owner reads the books anyway.
    if (const auto balance = st_.w->dir.find_balance(st_.row.user))
      self_->send(balance, balance_committed{st_.id, c.balance, c.balance_version});
  }

  void release() {
    if (std::exchange(st_.balance_taken, false))
      if (const auto balance = st_.w->dir.find_balance(st_.row.user))
        self_->send(balance, refund{st_.id});
    if (std::exchange(st_.buffer_taken, false))
      if (const auto buffer = neighbour<buffer_actor>(self_)) self_->send(buffer, refund{st_.id});
  }

  bet_self self_;
  bet_state& st_;
};

/// A request for a bet that this actor knows already: the same body waits for, or gets, its answer.
caf::result<bet> join(bet_self self, const place_bet& x) {
  auto& st = self->state;
  if (x.request_hash != st.row.request_hash) return make_error(errc::key_reused);
  if (st.at == phase::placing && st.wake_due) return st.row;  // in doubt: 202 at once
  auto promise = self->make_response_promise<bet>();
  st.askers.push_back(promise);
  return promise;
}

caf::result<bet> place(bet_self self, const place_bet& x) {
  auto& st = self->state;
  if (st.at == phase::done) return make_error(errc::unavailable);
  if (st.at != phase::idle) return join(self, x);
  st.row.id = st.id;
  st.row.user = x.user;
  st.row.token = x.token;
  st.row.amount = x.amount;
  st.row.max_price = x.max_price;
  st.row.deadline = x.deadline;
  st.row.request_hash = x.request_hash;
  st.row.placed_by = x.by;
  auto promise = self->make_response_promise<bet>();
  st.askers.push_back(promise);
  if (st.w->now() >= x.deadline) {
    saga{self}.refuse(make_error(errc::deadline_passed));
  } else {
    saga{self}.deduct_balance();
  }
  return promise;
}

void resume(bet_self self, bet& stored) {
  auto& st = self->state;
  switch (st.at) {
    case phase::idle: st.row = std::move(stored); return saga{self}.read_stored();
    case phase::reserving:
    case phase::refusing:
    case phase::storing:  // a repeated request, about to find out that its bet is stored
      st.adopt_due = true;
      return;
    case phase::reading:
    case phase::placing:
    case phase::finishing:
    case phase::done: return;
  }
}

/// The question that is open is taken as lost, and asked again where that is safe.
void ask_again(bet_self self) {
  auto& st = self->state;
  switch (st.at) {
    case phase::storing: return saga{self}.append_bet();
    case phase::finishing: return saga{self}.append_ending();
    case phase::placing:
      if (!st.wake_due) saga{self}.lost(make_error(errc::unavailable));
      return;
    case phase::reserving: return saga{self}.refuse(make_error(errc::unavailable));
    case phase::idle:
    case phase::refusing:
    case phase::reading:
    case phase::done: return;
  }
}

/// The journal or the venue was restarted. Who asked a living one goes on waiting for it.
void recover(bet_self self) {
  const auto& st = self->state;
  const auto is_asked = [&](const auto& handle) { return handle && handle.id() == st.asked; };
  const auto& dir = st.w->dir;
  if (st.asked_at && (is_asked(dir.get<journal_actor>()) || is_asked(dir.get<venue_actor>()) ||
                      is_asked(dir.get<buffer_actor>()) || is_asked(dir.find_balance(st.row.user))))
    return;
  ask_again(self);
}

/// The journal answers every entry it takes, and asking it twice would only fill its queue. Of the
/// others an answer that is this late is taken as lost.
void sweep(bet_self self) {
  auto& st = self->state;
  if (st.at != phase::reserving && st.at != phase::placing) return;
  if (!st.asked_at || self->clock().now() < *st.asked_at + st.w->settings.bet.overdue) return;
  if (saga{self}.may_say("bet.answer_lost"))
    spdlog::error("bet.answer_lost bet={} order={}", st.id.text(), st.row.order_hash.hex());
  ask_again(self);
}

void wake(bet_self self) {
  auto& st = self->state;
  if (!std::exchange(st.wake_due, false)) return;
  switch (st.at) {
    case phase::storing: return saga{self}.append_bet();
    case phase::finishing: return saga{self}.append_ending();
    case phase::reading: return saga{self}.read_stored();
    case phase::placing: return saga{self}.resume_step();
    case phase::idle:
    case phase::reserving:
    case phase::refusing:
    case phase::done: return;
  }
}

}  // namespace

bet_state::~bet_state() {
  if (!w) return;
  if (raised) w->dir.alerts().clear(unresolved_alert, id.text(), w->now());
  w->dir.forget_bet(id, self_id);
  // Killed in the middle? Nobody may be left waiting, no deduction and no stored bet left behind.
  for (auto& p : askers) p.deliver(make_error(errc::in_doubt));
  const abandoned news{id};
  if (balance_taken)
    if (const auto balance = w->dir.find_balance(row.user)) caf::anon_send(balance, news);
  if (buffer_taken)
    if (const auto buffer = w->dir.get<buffer_actor>()) caf::anon_send(buffer, news);
  const bool maybe_stored = at == phase::storing || at == phase::reading || at == phase::placing ||
                            at == phase::finishing;
  if (maybe_stored || adopt_due)
    if (const auto guardian = w->dir.get<guardian_actor>()) caf::anon_send(guardian, news);
}

bet_actor::behavior_type bet_behavior(bet_self self, world_ptr w, const bet_id& id) {
  self->describe(id_kind::uuid, id.view());
  auto& st = self->state;
  st.w = std::move(w);
  st.id = id;
  st.self_id = self->id();
  return {
      [self](const place_bet& x) { return place(self, x); },
      [self](resume_atom, bet& stored) { resume(self, stored); },
      [self](recover_atom) { recover(self); },
      [self](sweep_atom) { sweep(self); },
      [self](tick_atom) { wake(self); },
      [self](status_atom) {
        static constexpr const char* phases[] = {"idle",    "reserving", "refusing",  "storing",
                                                 "reading", "placing",   "finishing", "done"};
        const auto& s = self->state;
        return status_report{bet_state::name,
                             {{"bet", s.id.text()},
                              {"phase", phases[static_cast<std::size_t>(s.at)]},
                              {"user", s.row.user.hex()},
                              {"amount", to_string(s.row.amount)},
                              {"in_doubt", s.venue_side.in_doubt() ? "yes" : "no"}}};
      },
  };
}

}  // namespace headroom::actors
