#include "actors/bet_saga.hpp"

/// The order at the venue until its outcome is known (domain/placement.hpp), and the way of the end
/// to the books.
namespace headroom::actors {

// -- at the venue ---------------------------------------------------------------------------------

/// The first time and every later one. The venue looks at the deadline again, right before the
/// bytes leave: they may wait there for a while.
void bet_saga::submit() {
  if (w_.now() >= st_.row.deadline) return not_sent(std::string{sent_too_late});
  const auto venue = neighbour<venue_actor>();
  if (!venue) return not_sent("venue is restarting");
  ask(venue, caf::infinite,
      submit_order{{st_.row.order_hash, st_.row.signed_order}, st_.row.deadline})
      .then<venue_answer>([](bet_saga s, const venue_answer& a) { s.heard(a); },
                          [](bet_saga s, const caf::error& e) { s.lost(e); });
}

void bet_saga::look_up() {
  const auto venue = neighbour<venue_actor>();
  if (!venue) return lost(make_error(errc::unavailable));
  ask(venue, caf::infinite,
      look_up_order{{st_.row.order_hash, st_.row.signed_order},
                    st_.row.created_at,
                    st_.row.deadline,
                    st_.venue_side.matched()})
      .then<venue_answer>([](bet_saga s, const venue_answer& a) { s.heard(a); },
                          [](bet_saga s, const caf::error& e) { s.lost(e); });
}

void bet_saga::cancel() {
  const auto venue = neighbour<venue_actor>();
  if (!venue) return lost(make_error(errc::unavailable));
  ask(venue, caf::infinite, cancel_order{{st_.row.order_hash, st_.row.signed_order}})
      .then<bool>(
          [](bet_saga s, bool will_not_fill) {
            s.decide(s.st_.venue_side.after_cancel(will_not_fill, s.w_.now()));
          },
          [](bet_saga s, const caf::error& e) { s.lost(e); });
}

void bet_saga::not_sent(std::string why) {
  heard({venue_verdict::not_now, {}, {}, {}, std::move(why)});
}

/// The venue actor itself failed: whatever it was doing may have happened.
void bet_saga::lost(const caf::error& e) {
  heard({venue_verdict::unknown, {}, {}, {}, "venue: " + std::string{to_string(code_of(e))}});
}

void bet_saga::heard(const venue_answer& a) {
  if (a.verdict == venue_verdict::filled) {
    st_.row.shares = a.shares;
    st_.row.spent = a.spent;
    st_.row.fee = a.fee;
  }
  if (!a.reason.empty()) st_.row.failure = a.reason;
  const auto before = st_.venue_side.in_doubt();
  const auto next = st_.venue_side.next(a.verdict, w_.now(), a.untouched_until);
  if (!before && st_.venue_side.in_doubt())
    spdlog::warn("bet.in_doubt bet={} order={} reason=\"{}\"", st_.id.text(),
                 st_.row.order_hash.hex(), a.reason);
  if (next.step != placement_step::book_fill && next.step != placement_step::book_refund)
    raise_if_unresolved(a.reason);
  decide(next);
}

/// An order that stays open this long after its deadline needs a human: `headroom bets resolve`.
void bet_saga::raise_if_unresolved(const std::string& reason) {
  if (w_.now() < st_.row.deadline.plus(w_.settings.bet.unresolved_after)) return;
  raise(bet_unresolved_alert, st_.id.text(), "a bet has no end long after its deadline: " + reason);
}

void bet_saga::decide(const placement::decision& d) {
  switch (d.step) {
    case placement_step::book_fill: return book_fill();
    case placement_step::book_refund: return finish(bet_status::failed, {}, st_.row.failure);
    case placement_step::look_up:
    case placement_step::submit:
    case placement_step::cancel: break;
  }
  st_.next_step = d.step;
  if (d.wait.count() > 0) return on(bet_event::due_later, d.wait);
  // A match is waited for at the venue, and so are those who asked for it.
  const bool following = st_.venue_side.matched() && d.step == placement_step::look_up;
  if (!following) answer_askers(st_.row);
  on(bet_event::due_now);
}

/// 202 for those who wait: not known yet, and this may take a while.
void bet_saga::sleep(milliseconds wait) {
  answer_askers(st_.row);
  wake_after(wait);
}

/// A human may have given an end to a bet that stays unresolved.
void bet_saga::go_on() {
  const auto journal = neighbour<journal_actor>();
  if (!st_.raised || !journal) return take_step();
  ask(journal, w_.settings.patience.load, get_atom::value, st_.id)
      .then<bet>(
          [](bet_saga s, bet& stored) {
            if (stored.status == bet_status::placing) return s.on(bet_event::found_open);
            s.found_end(std::move(stored));
          },
          [](bet_saga s, const caf::error&) { s.on(bet_event::unread); });
}

void bet_saga::take_step() {
  switch (st_.next_step) {
    case placement_step::submit: return submit();
    case placement_step::cancel: return cancel();
    case placement_step::look_up:
    case placement_step::book_fill:
    case placement_step::book_refund: return look_up();
  }
}

// -- the end --------------------------------------------------------------------------------------

/// What was charged is booked, whatever was reserved: what is above it is the house's loss.
void bet_saga::book_fill() {
  const auto paid = add(st_.row.spent, st_.row.fee);
  if (!paid || st_.row.spent.micro < 0 || st_.row.fee.micro < 0) {
    raise_if_unresolved("the numbers of its fill make no sense");
    return decide({placement_step::look_up, w_.settings.bet.placing.longest_wait});
  }
  const auto rest = sub_saturating(st_.row.amount, *paid);
  if (rest.micro >= 0) return finish(bet_status::filled, rest, {});
  const usdc excess{-rest.micro};
  w_.dir.gauges.alerts().raise("bet.charged_above_reserve", "",
                               "the venue charged " + to_string(excess) + " USDC more than bet " +
                                   st_.id.text() + " had reserved; booked as venue_loss",
                               w_.now());
  finish(bet_status::filled, {}, {}, excess);
}

/// A filled bet gives back what it did not spend, a failed one everything.
void bet_saga::finish(bet_status status, usdc rest, std::string failure, usdc excess) {
  auto& row = st_.row;
  if (status == bet_status::failed) {
    row.shares = {};
    row.spent = row.fee = {};
    rest = row.amount;
    if (failure.empty()) failure = "the venue did not fill the order";
  }
  st_.ending = {st_.id, row.user,           status,   row.shares, row.spent, row.fee,
                rest,   std::move(failure), w_.now(), excess};
  drop_question();
  on(bet_event::decided);
}

void bet_saga::book() {
  const auto journal = neighbour<journal_actor>();
  if (!journal) return on(bet_event::not_heard);
  ask(journal, caf::infinite, append{st_.ending})
      .then<committed>([](bet_saga s, const committed&) { s.booked(); },
                       [](bet_saga s, const caf::error& e) { s.not_booked(e); });
}

void bet_saga::not_booked(const caf::error& e) {
  if (consequence_of(code_of(e)) == consequence::broken) {
    if (may_say_of_this("bet.finish_refused"))
      spdlog::error("bet.finish_refused bet={} order={} code={}", st_.id.text(),
                    st_.row.order_hash.hex(), to_string(code_of(e)));
    return on(bet_event::contradicted);
  }
  // Refused for now (the buffer cannot bear an excess) or not heard: the books have no end yet.
  raise_if_unresolved("the books do not take its end: " + std::string{to_string(code_of(e))});
  on(bet_event::not_heard,
     never_received(e) ? neighbour_wait : w_.settings.bet.placing.longest_wait);
}

void bet_saga::booked() {
  auto& row = st_.row;
  row.status = st_.ending.status;
  row.refunded = st_.ending.refunded;
  row.failure = st_.ending.failure;
  row.updated_at = st_.ending.at;
  spdlog::debug("bet.finished bet={} user={} status={} spent={} fee={} refunded={}", st_.id.text(),
                row.user.hex(), to_string(row.status), to_string(row.spent), to_string(row.fee),
                to_string(row.refunded));
  answer_askers(row);
  on(bet_event::booked);
}

/// The books will not have this end. If they have another one, that one counts; else the bet stays
/// open and owned, for a human to look at.
void bet_saga::read_ending() {
  const auto journal = neighbour<journal_actor>();
  if (!journal) return on(bet_event::unread);
  ask(journal, w_.settings.patience.load, get_atom::value, st_.id)
      .then<bet>(
          [](bet_saga s, bet& stored) {
            if (stored.status != bet_status::placing) return s.found_end(std::move(stored));
            const auto& placing = s.w_.settings.bet.placing;
            s.st_.venue_side = placement{placing, stored.deadline, true};
            s.st_.next_step = placement_step::look_up;
            s.on(bet_event::found_open, placing.longest_wait);
          },
          [](bet_saga s, const caf::error&) { s.on(bet_event::unread); });
}

void bet_saga::found_end(bet ended) {
  st_.row = std::move(ended);
  on(bet_event::found_ended);
}

/// The books have an end that did not come from here, perhaps by another process (`bets resolve`):
/// then the journal has told nobody, so whoever owns the balance hears of it from here.
void bet_saga::take_ending() {
  spdlog::info("bet.ended_elsewhere bet={} status={}", st_.id.text(), to_string(st_.row.status));
  answer_askers(st_.row);
  const auto journal = neighbour<journal_actor>();
  if (!journal) {
    self_->quit();
    return;
  }
  ask(journal, w_.settings.patience.load, get_atom::value, st_.row.user)
      .then<balance_row>(
          [](bet_saga s, const balance_row& row) {
            if (const auto balance = s.w_.dir.users.find_balance(s.st_.row.user))
              s.self_->send(balance,
                            balance_committed{hold_of(s.st_.id), row.balance, row.version});
            s.self_->quit();
          },
          [](bet_saga s, const caf::error&) { s.self_->quit(); });
}

}  // namespace headroom::actors
