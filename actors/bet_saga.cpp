#include "actors/bet_saga.hpp"

namespace headroom::actors {

// -- what the mailbox brings ----------------------------------------------------------------------

/// A request for a bet that this actor knows already: the same body waits for, or gets, its answer.
caf::result<bet> bet_saga::asked(const place_bet& x) {
  if (st_.at == bet_phase::idle) {
    take(x);
  } else if (st_.at != bet_phase::done && x.request_hash != st_.row.request_hash) {
    return make_error(errc::key_reused);
  }
  auto promise = self_->make_response_promise<bet>();
  st_.askers.push_back(promise);
  on(bet_event::asked);
  return promise;
}

void bet_saga::resumed(bet& stored) {
  if (st_.at == bet_phase::idle) st_.row = std::move(stored);
  on(bet_event::resumed);
}

void bet_saga::restarted() {
  const bool asks_a_living_one =
      is_asked(neighbour<journal_actor>()) || is_asked(neighbour<venue_actor>()) ||
      is_asked(neighbour<buffer_actor>()) || is_asked(w_.dir.users.find_balance(st_.row.user));
  if (!asks_a_living_one) on(bet_event::restarted);
}

void bet_saga::sweep() {
  if (!is_overdue()) return;
  const bool matters = next_move(st_.at, bet_event::overdue).act != bet_act::nothing;
  if (matters && may_say_of_this("bet.answer_lost"))
    spdlog::error("bet.answer_lost bet={} order={}", st_.id.text(), st_.row.order_hash.hex());
  on(bet_event::overdue);
}

void bet_saga::tick() {
  if (woken()) on(bet_event::woken);
}

void bet_saga::on(bet_event e, milliseconds wait) {
  const auto before = st_.at;
  const auto move = next_move(before, e);
  st_.at = move.next;
  switch (move.act) {
    case bet_act::impossible:
      return stop_on_impossible(st_.id.text(), to_string(before), to_string(e));
    case bet_act::nothing:
    case bet_act::join: return;
    case bet_act::begin: return begin();
    case bet_act::tell: return answer_askers(st_.row);
    case bet_act::turn_away: return fail_askers(make_error(errc::unavailable));
    case bet_act::remember: st_.adopt_due = true; return;
    case bet_act::give_up: st_.why = make_error(errc::unavailable); return look_for_known();
    case bet_act::look_for_known: return look_for_known();
    case bet_act::store: return store();
    case bet_act::read: return read();
    case bet_act::submit: return submit();
    case bet_act::doubt: give_up_waiting(); return lost(make_error(errc::unavailable));
    case bet_act::adopt: return adopt();
    case bet_act::go_on: return go_on();
    case bet_act::take_step: return take_step();
    case bet_act::sleep: return sleep(wait);
    case bet_act::retry: return wake_after(wait);
    case bet_act::book: return book();
    case bet_act::read_ending: return read_ending();
    case bet_act::take_ending: return take_ending();
    case bet_act::leave: self_->quit(); return;
    case bet_act::hand_over:
    case bet_act::hand_over_if_called: return;  // ~bet_state does
  }
}

// -- reserving ------------------------------------------------------------------------------------

void bet_saga::take(const place_bet& x) {
  auto& row = st_.row;
  row.id = st_.id;
  row.user = x.user;
  row.token = x.token;
  row.amount = x.amount;
  row.max_price = x.max_price;
  row.deadline = x.deadline;
  row.request_hash = x.request_hash;
  row.placed_by = x.by;
}

void bet_saga::begin() {
  if (w_.now() >= st_.row.deadline) return refuse(make_error(errc::deadline_passed));
  deduct_balance();
}

/// The user's own money first: whoever has none never reaches the venue.
void bet_saga::deduct_balance() {
  const auto balance = w_.dir.users.balance_of(st_.row.user);
  if (!balance) return refuse(make_error(errc::overloaded));
  st_.balance_taken = true;  // from now on it may stand there
  ask(balance, users::patience_with(balance), deduct{hold_of(st_.id), st_.row.amount, {}})
      .then<usdc>([](bet_saga s, usdc available_before) { s.quote(available_before); },
                  [](bet_saga s, caf::error& e) {
                    // An actor that just left for being idle bounces it: ask for the next one.
                    if (s.worth_another_try(e)) return s.deduct_balance();
                    // Without its own word it may stand there all the same: then it is released.
                    if (is_final(e)) s.st_.balance_taken = false;
                    s.refuse(std::move(e));
                  });
}

void bet_saga::quote(usdc user_available) {
  const auto venue = neighbour<venue_actor>();
  if (!venue) return refuse(make_error(errc::unavailable));
  const auto& row = st_.row;
  ask(venue, caf::infinite, quote_order{row.token, row.amount, row.max_price, row.placed_by})
      .then<order_quote>(
          [user_available](bet_saga s, const order_quote& q) {
            s.deduct_buffer(q, user_available);
          },
          [](bet_saga s, caf::error& e) { s.refuse(std::move(e)); });
}

void bet_saga::deduct_buffer(const order_quote& q, usdc user_available) {
  const auto buffer = neighbour<buffer_actor>();
  if (!buffer) return refuse(make_error(errc::unavailable));
  st_.buffer_taken = true;
  ask(buffer, caf::infinite, deduct{hold_of(st_.id), st_.row.amount, user_available})
      .then<usdc>([q](bet_saga s, usdc) { s.sign(q); },
                  [](bet_saga s, caf::error& e) {
                    s.st_.buffer_taken = false;
                    s.refuse(std::move(e));
                  });
}

void bet_saga::sign(const order_quote& q) {
  const auto venue = neighbour<venue_actor>();
  if (!venue) return refuse(make_error(errc::unavailable));
  ask(venue, caf::infinite, q)
      .then<signed_order>(
          [](bet_saga s, signed_order& order) {
            auto& row = s.st_.row;
            row.order_hash = order.hash;
            row.signed_order = std::move(order.bytes);
            row.created_at = row.updated_at = s.w_.now();
            s.on(bet_event::reserved);
          },
          [](bet_saga s, caf::error& e) { s.refuse(std::move(e)); });
}

void bet_saga::refuse(caf::error why) {
  st_.why = std::move(why);
  on(bet_event::refused);
}

/// Gives the holds back and answers: nothing happened. Unless this very bet is in the books from an
/// earlier request: then that one's answer is the answer. The journal is asked, for an earlier
/// actor of this bet may have died with its entry still in the journal's mailbox.
void bet_saga::look_for_known() {
  release_holds();
  drop_question();
  if (code_of(st_.why) == errc::overloaded) return found_nothing();
  const auto journal = neighbour<journal_actor>();
  if (!journal) {
    st_.why = make_error(errc::unavailable);
    return found_nothing();
  }
  ask(journal, w_.settings.patience.load, get_atom::value, st_.id)
      .then<bet>([](bet_saga s, bet& stored) { s.found(std::move(stored)); },
                 [](bet_saga s, const caf::error& e) {
                   if (code_of(e) != errc::not_found) s.st_.why = make_error(errc::unavailable);
                   s.found_nothing();
                 });
}

void bet_saga::release_holds() {
  const release news{hold_of(st_.id)};
  if (std::exchange(st_.balance_taken, false))
    if (const auto balance = w_.dir.users.find_balance(st_.row.user)) self_->send(balance, news);
  if (std::exchange(st_.buffer_taken, false))
    if (const auto buffer = neighbour<buffer_actor>()) self_->send(buffer, news);
}

// -- the books ------------------------------------------------------------------------------------

/// Sent again after a journal's restart: the entry commits once however often it is asked.
void bet_saga::store() {
  const auto journal = neighbour<journal_actor>();
  if (!journal) return on(bet_event::not_heard);
  ++st_.appends;
  ask(journal, caf::infinite, append{accept_bet{st_.row}})
      .then<committed>([](bet_saga s, const committed&) { s.stored(); },
                       [](bet_saga s, caf::error& e) { s.not_stored(std::move(e)); });
}

void bet_saga::not_stored(caf::error why) {
  if (never_received(why)) return on(bet_event::not_heard);
  // A full queue says nothing of what an earlier journal took.
  if (code_of(why) == errc::overloaded && st_.appends > 1) return on(bet_event::not_heard);
  if (code_of(why) != errc::duplicate) return refuse(std::move(why));
  // The id is in the books with another order: an earlier request under the same key.
  refuse(make_error(errc::internal, "a stored bet could not be read back"));
}

/// The journal told the owners of both holds before it answered.
void bet_saga::stored() {
  st_.adopt_due = false;
  st_.balance_taken = st_.buffer_taken = false;
  st_.venue_side = placement{w_.settings.bet.placing, st_.row.deadline, false};
  on(bet_event::stored);
}

/// What the guardian read may be over by now: another actor of this bet may have ended it since,
/// and an order that was refunded must never be sent again. From here on this actor is the only
/// one, and the journal answers after everything that an earlier one had sent.
void bet_saga::read() {
  const auto journal = neighbour<journal_actor>();
  if (!journal) return on(bet_event::unread);
  ask(journal, w_.settings.patience.load, get_atom::value, st_.id)
      .then<bet>([](bet_saga s, bet& stored) { s.found(std::move(stored)); },
                 [](bet_saga s, const caf::error& e) {
                   if (code_of(e) != errc::not_found) return s.on(bet_event::unread);
                   s.st_.why = make_error(errc::unavailable);
                   s.found_nothing();
                 });
}

/// An earlier request's bet: the same body gets its answer, another body a conflict. Should the
/// stored bet still be open, this actor is the one that goes on with it: the directory knows no
/// other.
void bet_saga::found(bet stored) {
  if (stored.request_hash == st_.row.request_hash) {
    answer_askers(stored);
  } else {
    fail_askers(make_error(errc::key_reused));
  }
  st_.adopt_due = false;
  const bool open = stored.status == bet_status::placing;
  if (open) st_.row = std::move(stored);
  on(open ? bet_event::found_open : bet_event::found_ended);
}

void bet_saga::found_nothing() {
  fail_askers(st_.why);
  on(std::exchange(st_.adopt_due, false) ? bet_event::called : bet_event::let_go);
}

/// Goes on with a stored bet: it may have reached the venue, so looking comes first.
void bet_saga::adopt() {
  st_.venue_side = placement{w_.settings.bet.placing, st_.row.deadline, true};
  spdlog::info("bet.resumed bet={} order={}", st_.id.text(), st_.row.order_hash.hex());
  look_up();
}

}  // namespace headroom::actors
