#pragma once

#include "actors/saga.hpp"
#include "domain/bet_flow.hpp"

/// What placing an order is, whichever way it goes: a bet and a sale differ in what they hold
/// before and in what their end is, and in nothing between. The table (domain/bet_flow.hpp) says
/// what follows, `on` does it; each verb sends one question and returns.
namespace headroom::actors {

/// @tparam Row     bet or sale
/// @tparam Ending  the entry with the order's end
template <class Row, class Ending>
struct order_state : saga_state<Row> {
  decltype(Row::id) id;
  bet_phase at = bet_phase::idle;
  Row row;
  caf::error why;          // it is refused, for whoever asked
  bool adopt_due = false;  // handed over meanwhile: see whether the stored one is open
  placement venue_side;
  placement_step next_step = placement_step::look_up;  // when it is due
  Ending ending;                                       // set when finishing
};

/// `Saga` has, for its own kind: take(request), begin_reserving(), release_holds(),
/// holds_are_booked(), asks_an_owner(), take_numbers(answer), book_fill(), failed(why), note_end(),
/// intent(), take_ending(), is_open(row) and unresolved_alert.
template <class Saga, class Self>
class order_saga : public saga<Saga, Self> {
 public:
  using base = saga<Saga, Self>;
  using base::base;
  using state_type = typename base::state_type;
  using row_type = decltype(state_type::row);
  using milliseconds = std::chrono::milliseconds;

  // -- what the mailbox brings -------------------------------------------------------------------

  /// A request for an order that this actor knows already: the same body waits for, or gets, its
  /// answer.
  template <class Request>
  caf::result<row_type> asked(const Request& x) {
    if (st_.at == bet_phase::idle) {
      me().take(x);
    } else if (st_.at != bet_phase::done && x.request_hash != st_.row.request_hash) {
      return make_error(errc::key_reused);
    }
    auto promise = self_->template make_response_promise<row_type>();
    st_.askers.push_back(promise);
    on(bet_event::asked);
    return promise;
  }

  void resumed(row_type& stored) {
    if (st_.at == bet_phase::idle) st_.row = std::move(stored);
    on(bet_event::resumed);
  }

  /// The journal or the venue was restarted. Who asked a living one goes on waiting for it.
  void restarted() {
    const bool asks_a_living_one = is_asked(base::template neighbour<journal_actor>()) ||
                                   is_asked(base::template neighbour<venue_actor>()) ||
                                   me().asks_an_owner();
    if (!asks_a_living_one) on(bet_event::restarted);
  }

  /// Where does it stand, and is an answer overdue?
  void sweep() {
    if (const auto state = state_now()) {
      const auto asked = st_.row.created_at.is_set() ? st_.row.created_at : w_.now();
      w_.dir.gauges.open_orders().saw(*state, milliseconds{(w_.now().us - asked.us) / 1000});
    }
    if (!is_overdue()) return;
    const bool matters = next_move(st_.at, bet_event::overdue).act != bet_act::nothing;
    if (matters && may_say_of_this("answer_lost"))
      spdlog::error("{}.answer_lost id={} order={}", name(), st_.id.text(),
                    st_.row.order_hash.hex());
    on(bet_event::overdue);
  }

  void tick() {
    if (base::woken()) on(bet_event::woken);
  }

  /// Nothing before the first request, and after the end.
  [[nodiscard]] std::optional<open_state> state_now() const {
    switch (st_.at) {
      case bet_phase::idle:
      case bet_phase::done: return std::nullopt;
      case bet_phase::reserving:
      case bet_phase::refusing:
      case bet_phase::storing: return open_state::preparing;
      case bet_phase::finishing: return open_state::finishing;
      case bet_phase::reading: return open_state::in_doubt;
      case bet_phase::placing:
      case bet_phase::waiting: break;
    }
    if (st_.venue_side.matched()) return open_state::matched;
    return st_.venue_side.in_doubt() ? open_state::in_doubt : open_state::placing;
  }
  /// The same for a status report.
  [[nodiscard]] std::string state_text() const {
    const auto state = state_now();
    return state ? std::string{to_string(*state)} : std::string{};
  }

 protected:
  using base::ask;
  using base::is_asked;
  using base::is_overdue;
  using base::self_;
  using base::st_;
  using base::w_;

  static constexpr std::string_view name() { return state_type::name; }

  /// @param wait  of an act that waits
  void on(bet_event e, milliseconds wait = neighbour_wait) {
    const auto before = st_.at;
    const auto move = next_move(before, e);
    st_.at = move.next;
    switch (move.act) {
      case bet_act::impossible:
        return base::stop_on_impossible(st_.id.text(), to_string(before), to_string(e));
      case bet_act::nothing:
      case bet_act::join: return;
      case bet_act::begin: return begin();
      case bet_act::tell: return base::answer_askers(st_.row);
      case bet_act::turn_away: return base::fail_askers(make_error(errc::unavailable));
      case bet_act::remember: st_.adopt_due = true; return;
      case bet_act::give_up: st_.why = make_error(errc::unavailable); return look_for_known();
      case bet_act::look_for_known: return look_for_known();
      case bet_act::store: return store();
      case bet_act::read: return read();
      case bet_act::submit: return submit();
      case bet_act::doubt: base::give_up_waiting(); return lost(make_error(errc::unavailable));
      case bet_act::adopt: return adopt();
      case bet_act::go_on: return go_on();
      case bet_act::take_step: return take_step();
      case bet_act::sleep: return sleep(wait);
      case bet_act::retry: return base::wake_after(wait);
      case bet_act::book: return book();
      case bet_act::read_ending: return read_ending();
      case bet_act::take_ending: return me().take_ending();
      case bet_act::leave: self_->quit(); return;
      case bet_act::hand_over:
      case bet_act::hand_over_if_called: return;  // the state's destructor does
    }
  }

  // -- reserving ---------------------------------------------------------------------------------

  void begin() {
    if (w_.now() >= st_.row.deadline) return refuse(make_error(errc::deadline_passed));
    me().begin_reserving();
  }

  void sign(const order_quote& q) {
    const auto venue = base::template neighbour<venue_actor>();
    if (!venue) return refuse(make_error(errc::unavailable));
    ask(venue, caf::infinite, q)
        .template then<signed_order>(
            [](Saga s, signed_order& order) {
              auto& row = s.st_.row;
              row.order_hash = order.hash;
              row.signed_order = std::move(order.bytes);
              row.created_at = row.updated_at = s.w_.now();
              s.on(bet_event::reserved);
            },
            [](Saga s, caf::error& e) { s.refuse(std::move(e)); });
  }

  void refuse(caf::error why) {
    st_.why = std::move(why);
    on(bet_event::refused);
  }

  /// Gives the holds back and answers: nothing happened. Unless this very order is in the books
  /// from an earlier request: then that one's answer is the answer. The journal is asked, for an
  /// earlier actor of it may have died with its entry still in the journal's mailbox.
  void look_for_known() {
    me().release_holds();
    base::drop_question();
    // Our own load is not added to. Who says when to come back is the venue's turns, not the house.
    const bool ours = code_of(st_.why) == errc::overloaded && retry_after_of(st_.why).count() == 0;
    if (ours) return found_nothing();
    const auto journal = base::template neighbour<journal_actor>();
    if (!journal) {
      st_.why = make_error(errc::unavailable);
      return found_nothing();
    }
    ask(journal, w_.settings.patience.load, get_atom::value, st_.id)
        .template then<row_type>([](Saga s, row_type& stored) { s.found(std::move(stored)); },
                                 [](Saga s, const caf::error& e) {
                                   if (code_of(e) != errc::not_found)
                                     s.st_.why = make_error(errc::unavailable);
                                   s.found_nothing();
                                 });
  }

  // -- the books: intent, and what they have of earlier requests ---------------------------------

  /// Sent again after a journal's restart: the entry commits once however often it is asked.
  void store() {
    const auto journal = base::template neighbour<journal_actor>();
    if (!journal) return on(bet_event::not_heard);
    ++st_.appends;
    ask(journal, caf::infinite, append{me().intent()})
        .template then<committed>([](Saga s, const committed&) { s.stored(); },
                                  [](Saga s, caf::error& e) { s.not_stored(std::move(e)); });
  }

  void not_stored(caf::error why) {
    if (never_received(why)) return on(bet_event::not_heard);
    // A full queue says nothing of what an earlier journal took.
    if (code_of(why) == errc::overloaded && st_.appends > 1) return on(bet_event::not_heard);
    if (code_of(why) != errc::duplicate) return refuse(std::move(why));
    // The id is in the books with another order: an earlier request under the same key.
    refuse(make_error(errc::internal, "what is stored could not be read back"));
  }

  /// The journal told the owners of the holds before it answered.
  void stored() {
    st_.adopt_due = false;
    me().holds_are_booked();
    st_.venue_side = placement{w_.settings.bet.placing, st_.row.deadline, false};
    on(bet_event::stored);
  }

  /// What the guardian read may be over by now: another actor of this order may have ended it
  /// since, and an order that was given back must never be sent again. From here on this actor is
  /// the only one, and the journal answers after everything that an earlier one had sent.
  void read() {
    const auto journal = base::template neighbour<journal_actor>();
    if (!journal) return on(bet_event::unread);
    ask(journal, w_.settings.patience.load, get_atom::value, st_.id)
        .template then<row_type>([](Saga s, row_type& stored) { s.found(std::move(stored)); },
                                 [](Saga s, const caf::error& e) {
                                   if (code_of(e) != errc::not_found)
                                     return s.on(bet_event::unread);
                                   s.st_.why = make_error(errc::unavailable);
                                   s.found_nothing();
                                 });
  }

  /// An earlier request's order: the same body gets its answer, another body a conflict. Should the
  /// stored one still be open, this actor is the one that goes on with it: the directory knows no
  /// other.
  void found(row_type stored) {
    if (stored.request_hash == st_.row.request_hash) {
      base::answer_askers(stored);
    } else {
      base::fail_askers(make_error(errc::key_reused));
    }
    st_.adopt_due = false;
    const bool open = Saga::is_open(stored);
    if (open) st_.row = std::move(stored);
    on(open ? bet_event::found_open : bet_event::found_ended);
  }

  void found_nothing() {
    base::fail_askers(st_.why);
    on(std::exchange(st_.adopt_due, false) ? bet_event::called : bet_event::let_go);
  }

  /// Goes on with a stored order: it may have reached the venue, so looking comes first.
  void adopt() {
    st_.venue_side = placement{w_.settings.bet.placing, st_.row.deadline, true};
    spdlog::info("{}.resumed id={} order={}", name(), st_.id.text(), st_.row.order_hash.hex());
    look_up();
  }

  // -- at the venue, until its outcome is known (domain/placement.hpp) ---------------------------

  /// The first time and every later one. The venue looks at the deadline again, right before the
  /// bytes leave: they may wait there for a while.
  void submit() {
    if (w_.now() >= st_.row.deadline) return not_sent(std::string{sent_too_late});
    const auto venue = base::template neighbour<venue_actor>();
    if (!venue) return not_sent("venue is restarting");
    hear(ask(venue, caf::infinite,
             submit_order{{st_.row.order_hash, st_.row.signed_order}, st_.row.deadline}));
  }

  void look_up() {
    const auto venue = base::template neighbour<venue_actor>();
    if (!venue) return lost(make_error(errc::unavailable));
    hear(ask(venue, caf::infinite,
             look_up_order{{st_.row.order_hash, st_.row.signed_order},
                           st_.row.created_at,
                           st_.row.deadline,
                           st_.venue_side.matched()}));
  }

  void cancel() {
    const auto venue = base::template neighbour<venue_actor>();
    if (!venue) return lost(make_error(errc::unavailable));
    ask(venue, caf::infinite, cancel_order{{st_.row.order_hash, st_.row.signed_order}})
        .template then<bool>(
            [](Saga s, bool will_not_fill) {
              s.decide(s.st_.venue_side.after_cancel(will_not_fill, s.w_.now()));
            },
            [](Saga s, const caf::error& e) { s.lost(e); });
  }

  template <class Question>
  void hear(const Question& asked_of) {
    asked_of.template then<venue_answer>([](Saga s, const venue_answer& a) { s.heard(a); },
                                         [](Saga s, const caf::error& e) { s.lost(e); });
  }

  void not_sent(std::string why) { heard({venue_verdict::not_now, {}, {}, {}, std::move(why)}); }

  /// The venue actor itself failed: whatever it was doing may have happened.
  void lost(const caf::error& e) {
    heard({venue_verdict::unknown, {}, {}, {}, "venue: " + std::string{to_string(code_of(e))}});
  }

  void heard(const venue_answer& a) {
    if (a.verdict == venue_verdict::filled) me().take_numbers(a);
    if (!a.reason.empty()) st_.row.failure = a.reason;
    const auto before = st_.venue_side.in_doubt();
    const auto next = st_.venue_side.next(a.verdict, w_.now(), a.untouched_until);
    if (!before && st_.venue_side.in_doubt())
      spdlog::warn("{}.in_doubt id={} order={} reason=\"{}\"", name(), st_.id.text(),
                   st_.row.order_hash.hex(), a.reason);
    if (next.step != placement_step::book_fill && next.step != placement_step::book_refund)
      raise_if_unresolved(a.reason);
    decide(next);
  }

  /// An order that stays open this long after its deadline needs a human.
  void raise_if_unresolved(const std::string& reason) {
    if (w_.now() < st_.row.deadline.plus(w_.settings.bet.unresolved_after)) return;
    base::raise(Saga::unresolved_alert, st_.id.text(),
                "it has no end long after its deadline: " + reason);
  }

  void decide(const placement::decision& d) {
    switch (d.step) {
      case placement_step::book_fill: return me().book_fill();
      case placement_step::book_refund: return me().failed(st_.row.failure);
      case placement_step::look_up:
      case placement_step::submit:
      case placement_step::cancel: break;
    }
    st_.next_step = d.step;
    if (d.wait.count() > 0) return on(bet_event::due_later, d.wait);
    // A match is waited for at the venue, and so are those who asked for it.
    const bool following = st_.venue_side.matched() && d.step == placement_step::look_up;
    if (!following) base::answer_askers(st_.row);
    on(bet_event::due_now);
  }

  /// 202 for those who wait: not known yet, and this may take a while.
  void sleep(milliseconds wait) {
    base::answer_askers(st_.row);
    base::wake_after(wait);
  }

  /// A human may have given an end to an order that stays unresolved.
  void go_on() {
    const auto journal = base::template neighbour<journal_actor>();
    if (!st_.raised || !journal) return take_step();
    ask(journal, w_.settings.patience.load, get_atom::value, st_.id)
        .template then<row_type>(
            [](Saga s, row_type& stored) {
              if (Saga::is_open(stored)) return s.on(bet_event::found_open);
              s.found_end(std::move(stored));
            },
            [](Saga s, const caf::error&) { s.on(bet_event::unread); });
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

  // -- the end -----------------------------------------------------------------------------------

  /// Numbers that nobody can book: asked for again.
  void numbers_make_no_sense() {
    raise_if_unresolved("the numbers of its fill make no sense");
    decide({placement_step::look_up, w_.settings.bet.placing.longest_wait});
  }

  /// `st_.ending` is set.
  void end() {
    base::drop_question();
    on(bet_event::decided);
  }

  void book() {
    const auto journal = base::template neighbour<journal_actor>();
    if (!journal) return on(bet_event::not_heard);
    ask(journal, caf::infinite, append{st_.ending})
        .template then<committed>([](Saga s, const committed&) { s.booked(); },
                                  [](Saga s, const caf::error& e) { s.not_booked(e); });
  }

  void not_booked(const caf::error& e) {
    if (consequence_of(code_of(e)) == consequence::broken) {
      if (may_say_of_this("finish_refused"))
        spdlog::error("{}.finish_refused id={} order={} code={}", name(), st_.id.text(),
                      st_.row.order_hash.hex(), to_string(code_of(e)));
      return on(bet_event::contradicted);
    }
    // Refused for now (the buffer cannot bear an excess) or not heard: the books have no end yet.
    raise_if_unresolved("the books do not take its end: " + std::string{to_string(code_of(e))});
    on(bet_event::not_heard,
       never_received(e) ? neighbour_wait : w_.settings.bet.placing.longest_wait);
  }

  void booked() {
    me().note_end();
    base::answer_askers(st_.row);
    on(bet_event::booked);
  }

  /// The books will not have this end. If they have another one, that one counts; else the order
  /// stays open and owned, for a human to look at.
  void read_ending() {
    const auto journal = base::template neighbour<journal_actor>();
    if (!journal) return on(bet_event::unread);
    ask(journal, w_.settings.patience.load, get_atom::value, st_.id)
        .template then<row_type>(
            [](Saga s, row_type& stored) {
              if (!Saga::is_open(stored)) return s.found_end(std::move(stored));
              const auto& placing = s.w_.settings.bet.placing;
              s.st_.venue_side = placement{placing, stored.deadline, true};
              s.st_.next_step = placement_step::look_up;
              s.on(bet_event::found_open, placing.longest_wait);
            },
            [](Saga s, const caf::error&) { s.on(bet_event::unread); });
  }

  void found_end(row_type ended) {
    st_.row = std::move(ended);
    on(bet_event::found_ended);
  }

  /// The books have an end that did not come from here, perhaps by another process: then the
  /// journal has told nobody, so whoever owns the balance hears of it from here.
  /// @param hold  that the owner may have
  void tell_owner_and_leave(const hold_id& hold) {
    spdlog::info("{}.ended_elsewhere id={} status={}", name(), st_.id.text(),
                 to_string(st_.row.status));
    base::answer_askers(st_.row);
    const auto journal = base::template neighbour<journal_actor>();
    if (!journal) {
      self_->quit();
      return;
    }
    ask(journal, w_.settings.patience.load, get_atom::value, st_.row.user)
        .template then<balance_row>(
            [hold](Saga s, const balance_row& row) {
              if (const auto balance = s.w_.dir.users.find_balance(s.st_.row.user))
                s.self_->send(balance, balance_committed{hold, row.balance, row.version});
              s.self_->quit();
            },
            [](Saga s, const caf::error&) { s.self_->quit(); });
  }

  [[nodiscard]] bool may_say_of_this(std::string_view line) const {
    return base::may_say(std::string{name()} + "." + std::string{line} + " " + st_.id.text());
  }

 private:
  Saga& me() { return static_cast<Saga&>(*this); }
};

}  // namespace headroom::actors
