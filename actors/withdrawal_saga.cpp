#include "actors/withdrawal_saga.hpp"

#include "actors/lone_word.hpp"

/// What a withdrawal does until the books have it, and at its end. The payment between:
/// withdrawal_payment.cpp.
namespace headroom::actors {

// -- what the mailbox brings ----------------------------------------------------------------------

caf::result<withdrawal> withdrawal_saga::asked(const request_withdrawal& x) {
  using enum withdrawal_phase;
  if (st_.at == idle) {
    take(x);
  } else if (st_.at != done && x.request_hash != st_.row.request_hash) {
    return make_error(errc::key_reused);
  }
  auto promise = self_->make_response_promise<withdrawal>();
  st_.askers.push_back(promise);
  on(withdrawal_event::asked);
  return promise;
}

void withdrawal_saga::resumed(withdrawal& stored) {
  if (st_.at == withdrawal_phase::idle) st_.row = std::move(stored);
  on(withdrawal_event::resumed);
}

void withdrawal_saga::nudged() { on(withdrawal_event::nudged); }

void withdrawal_saga::tick() {
  if (woken()) on(withdrawal_event::woken);
}

/// @param wait  of an act that waits
void withdrawal_saga::on(withdrawal_event e, std::chrono::milliseconds wait) {
  const auto before = st_.at;
  const auto move = next_move(before, e);
  st_.at = move.next;
  switch (move.act) {
    case withdrawal_act::impossible:
      return stop_on_impossible(st_.id.text(), to_string(before), to_string(e));
    case withdrawal_act::nothing:
    case withdrawal_act::join: return;
    case withdrawal_act::tell: return answer_askers(st_.row);
    case withdrawal_act::turn_away: return fail_askers(make_error(errc::unavailable));
    case withdrawal_act::refuse:
      release_holds();
      fail_askers(st_.why);
      self_->quit();
      return;
    case withdrawal_act::finish: return finish();
    case withdrawal_act::look: return read(true);
    case withdrawal_act::reserve: return reserve();
    case withdrawal_act::store: return store();
    case withdrawal_act::accept:
    case withdrawal_act::go_on: answer_askers(st_.row); return take_step();
    case withdrawal_act::read: return read(false);
    case withdrawal_act::retry:
    case withdrawal_act::sleep: return wake_after(wait);
    case withdrawal_act::book: return book();
    case withdrawal_act::leave:
      fail_askers(make_error(errc::unavailable));
      self_->quit();
      return;
    case withdrawal_act::hand_over: return;  // the state's destructor does
  }
}

// -- the books ------------------------------------------------------------------------------------

void withdrawal_saga::take(const request_withdrawal& x) {
  st_.deadline = x.deadline;
  auto& row = st_.row;
  row.id = st_.id;
  row.user = x.user;
  row.to = x.to;
  row.amount = x.amount;
  row.request_hash = x.request_hash;
  row.placed_by = x.by;
}

/// The journal is asked, for an earlier actor of it may have died with its entry still in the
/// journal's mailbox; and what is read behind that is all that anybody but this actor will do.
void withdrawal_saga::read(bool for_a_request) {
  const auto journal = neighbour<journal_actor>();
  if (!journal) return not_read(make_error(errc::unavailable), for_a_request);
  ask(journal, w_.settings.patience.load, get_atom::value, st_.id)
      .then<withdrawal>([](withdrawal_saga s, withdrawal& stored) { s.found(std::move(stored)); },
                        [for_a_request](withdrawal_saga s, const caf::error& e) {
                          s.not_read(e, for_a_request);
                        });
}

/// An earlier request's: the same body gets its answer, another one a conflict. Should it still be
/// open, this actor goes on with it: the directory knows no other.
void withdrawal_saga::found(withdrawal stored) {
  if (stored.request_hash != st_.row.request_hash) fail_askers(make_error(errc::key_reused));
  const auto tx = st_.row.tx_hash;
  st_.row = std::move(stored);
  if (st_.row.tx_hash.is_zero()) st_.row.tx_hash = tx;
  const bool open = is_open(st_.row);
  if (open) st_.was_open = true;
  on(open ? withdrawal_event::found_open : withdrawal_event::found_ended);
}

void withdrawal_saga::not_read(const caf::error& e, bool for_a_request) {
  if (code_of(e) == errc::not_found) return on(withdrawal_event::not_found);
  if (for_a_request) st_.why = make_error(errc::unavailable);
  on(withdrawal_event::unread, w_.settings.withdrawal.poll);
}

// -- reserving ------------------------------------------------------------------------------------

void withdrawal_saga::reserve() {
  const auto& s = w_.settings.withdrawal;
  st_.row.fee = withdrawal_fee_of(st_.row.amount, s.fee, s.fee_bps);
  st_.row.needs_approval = st_.row.amount > s.approval_above || is_by_lone_word(st_.row.placed_by);
  if (auto why = objection()) return refuse(std::move(why));
  deduct_user();
}

caf::error withdrawal_saga::objection() const {
  using word = withdrawal_gauge::word;
  const auto going = w_.dir.gauges.withdrawals().look();
  if (going == word::unknown) return make_error(errc::unavailable);
  if (going == word::paused) return make_error(errc::paused, "withdrawals are paused");
  if (w_.now() >= st_.deadline) return make_error(errc::deadline_passed);
  if (st_.row.fee >= st_.row.amount)
    return make_error(errc::amount_too_small,
                      "the fee of $" + to_cents_ceil(st_.row.fee) + " USDC would take all of it");
  switch (w_.screen ? w_.screen(st_.row.to) : screening::clear) {
    case screening::clear: break;
    case screening::not_payable:
      return make_error(errc::invalid_field,
                        "must not be zero, a token's contract or an account of this service");
    case screening::refused: return make_error(errc::address_refused);
  }
  return {};
}

/// The user's own money first: whoever has none never reaches the buffer.
void withdrawal_saga::deduct_user() {
  const auto balance = w_.dir.users.balance_of(st_.row.user);
  if (!balance) return refuse(make_error(errc::overloaded));
  st_.balance_taken = true;  // from now on it may stand there
  ask(balance, w_.settings.patience.load,
      deduct{hold_of(st_.id), st_.row.amount, {}, hold_kind::withdrawal})
      .then<usdc>(
          [](withdrawal_saga s, usdc available_before) { s.deduct_buffer(available_before); },
          [](withdrawal_saga s, caf::error& e) {
            // An actor that just left for being idle bounces it: ask for the next one.
            if (s.worth_another_try(e)) return s.deduct_user();
            if (is_final(e)) s.st_.balance_taken = false;  // else it may stand there all the same
            s.refuse(std::move(e));
          });
}

/// The fee stays: the buffer gives what leaves.
void withdrawal_saga::deduct_buffer(usdc user_available) {
  const auto buffer = neighbour<buffer_actor>();
  if (!buffer) return refuse(make_error(errc::unavailable));
  st_.buffer_taken = true;
  ask(buffer, w_.settings.patience.load,
      deduct{hold_of(st_.id), paid_out(st_.row), user_available, hold_kind::withdrawal})
      .then<usdc>(
          [](withdrawal_saga s, usdc) {
            s.st_.row.created_at = s.st_.row.updated_at = s.w_.now();
            s.on(withdrawal_event::reserved);
          },
          [](withdrawal_saga s, caf::error& e) {
            if (is_final(e)) s.st_.buffer_taken = false;
            s.refuse(std::move(e));
          });
}

void withdrawal_saga::refuse(caf::error why) {
  st_.why = std::move(why);
  on(withdrawal_event::refused);
}

void withdrawal_saga::release_holds() {
  const release news{hold_of(st_.id)};
  if (std::exchange(st_.balance_taken, false))
    if (const auto balance = w_.dir.users.find_balance(st_.row.user)) self_->send(balance, news);
  if (std::exchange(st_.buffer_taken, false))
    if (const auto buffer = neighbour<buffer_actor>()) self_->send(buffer, news);
}

// -- the intent -----------------------------------------------------------------------------------

/// Sent again when there is no word of it: the entry commits once however often it is asked.
void withdrawal_saga::store() {
  const auto journal = neighbour<journal_actor>();
  if (!journal) return on(withdrawal_event::not_heard);
  ++st_.appends;
  ask(journal, w_.settings.patience.append,
      append{accept_withdrawal{st_.row, w_.settings.withdrawal.per_user_per_day}})
      .then<committed>([](withdrawal_saga s, const committed&) { s.stored(); },
                       [](withdrawal_saga s, caf::error& e) { s.not_stored(std::move(e)); });
}

/// The journal told the owners of the holds before it answered.
void withdrawal_saga::stored() {
  st_.balance_taken = st_.buffer_taken = false;
  st_.was_open = true;
  spdlog::info("withdrawal.accepted withdrawal={} user={} to={} amount={} fee={} by={}",
               st_.id.text(), st_.row.user.hex(), st_.row.to.hex(), to_string(st_.row.amount),
               to_string(st_.row.fee), st_.row.placed_by);
  on(withdrawal_event::stored);
}

void withdrawal_saga::not_stored(caf::error why) {
  const auto code = code_of(why);
  const bool taken_before = st_.appends > 1;  // perhaps: a full queue says nothing of that
  if (code == errc::overloaded && is_verdict(why) && !taken_before) return refuse(std::move(why));
  const bool undone = code == errc::paused || code == errc::rate_limited;  // the books' own word
  if (!undone && !is_final(why)) return on(withdrawal_event::not_heard);
  const auto& row = st_.row;
  switch (code) {
    case errc::rate_limited:
      return refuse(make_error(errc::rate_limited, "the user has too many withdrawals open"));
    case errc::paused: return refuse(make_error(errc::paused, "withdrawals are paused"));
    case errc::exceeds_max_bet:
      return refuse(make_error(errc::exceeds_max_withdrawal,
                               "the buffer has less than the withdrawal needs"));
    case errc::exceeds_daily_limit:
      return refuse(make_error(errc::exceeds_daily_limit,
                               "a user may withdraw $" +
                                   to_cents_floor(w_.settings.withdrawal.per_user_per_day) +
                                   " USDC a day (UTC)"));
    case errc::insufficient_balance:
      return refuse(make_error(errc::insufficient_balance,
                               "The withdrawal needs $" + to_cents_ceil(row.amount) + " USDC"));
    case errc::duplicate: return refuse(make_error(errc::key_reused));
    default: return refuse(std::move(why));
  }
}

// -- the end --------------------------------------------------------------------------------------

void withdrawal_saga::book() {
  const auto journal = neighbour<journal_actor>();
  if (!journal) return on(withdrawal_event::not_heard);
  ask(journal, w_.settings.patience.append, append{st_.ending})
      .then<committed>([](withdrawal_saga s, const committed&) { s.booked(); },
                       [](withdrawal_saga s, const caf::error& e) { s.not_booked(e); });
}

void withdrawal_saga::not_booked(const caf::error& e) {
  if (!is_final(e)) return on(withdrawal_event::not_heard, w_.settings.withdrawal.poll);
  if (may_say("withdrawal.finish_refused " + st_.id.text()))
    spdlog::error("withdrawal.finish_refused withdrawal={} status={} tx={} code={}", st_.id.text(),
                  to_string(st_.ending.status), st_.ending.tx_hash.hex(), to_string(code_of(e)));
  raise(withdrawal_refused_alert, st_.id.text(),
        "the books refuse the end that the chain gives it: " + std::string{to_string(code_of(e))});
  on(withdrawal_event::contradicted, w_.settings.withdrawal.longest_poll);
}

void withdrawal_saga::booked() {
  auto& row = st_.row;
  row.status = st_.ending.status;
  row.tx_hash = st_.ending.tx_hash;
  row.failure = st_.ending.failure;
  row.updated_at = st_.ending.at;
  st_.was_open = false;  // the journal has told whoever owns the balance
  spdlog::info("withdrawal.finished withdrawal={} user={} status={} tx={} paid={}", st_.id.text(),
               row.user.hex(), to_string(row.status), row.tx_hash.hex(),
               row.status == withdrawal_status::confirmed ? to_string(paid_out(row)) : "0.00");
  on(withdrawal_event::booked);
}

/// The books may have an end that did not come from here, perhaps by another process: then the
/// journal has told nobody of the refund.
void withdrawal_saga::finish() {
  answer_askers(st_.row);
  if (st_.was_open && st_.row.status == withdrawal_status::failed) return tell_owner_and_leave();
  self_->quit();
}

void withdrawal_saga::tell_owner_and_leave() {
  spdlog::info("withdrawal.ended_elsewhere withdrawal={} status={}", st_.id.text(),
               to_string(st_.row.status));
  const auto journal = neighbour<journal_actor>();
  if (!journal) {
    self_->quit();
    return;
  }
  ask(journal, w_.settings.patience.load, get_atom::value, st_.row.user)
      .then<balance_row>(
          [](withdrawal_saga s, const balance_row& row) {
            if (const auto balance = s.w_.dir.users.find_balance(row.user))
              s.self_->send(balance,
                            balance_committed{hold_of(s.st_.id), row.balance, row.version});
            s.self_->quit();
          },
          [](withdrawal_saga s, const caf::error&) { s.self_->quit(); });
}

}  // namespace headroom::actors
