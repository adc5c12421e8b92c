#include "actors/bet_saga.hpp"

namespace headroom::actors {

void bet_saga::take(const place_bet& x) {
  st_.fill = x.fill;
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

bool bet_saga::asks_an_owner() const {
  return is_asked(neighbour<buffer_actor>()) || is_asked(w_.dir.users.find_balance(st_.row.user));
}

// -- reserving ------------------------------------------------------------------------------------

/// The user's own money first: whoever has none never reaches the venue.
void bet_saga::begin_reserving() {
  const auto balance = w_.dir.users.balance_of(st_.row.user);
  if (!balance) return refuse(make_error(errc::overloaded));
  st_.balance_taken = true;  // from now on it may stand there
  ask(balance, users::patience_with(balance), deduct{hold_of(st_.id), st_.row.amount, {}})
      .then<usdc>([](bet_saga s, usdc available_before) { s.quote(available_before); },
                  [](bet_saga s, caf::error& e) {
                    // An actor that just left for being idle bounces it: ask for the next one.
                    if (s.worth_another_try(e)) return s.begin_reserving();
                    // Without its own word it may stand there all the same: then it is released.
                    if (is_final(e)) s.st_.balance_taken = false;
                    s.refuse(std::move(e));
                  });
}

void bet_saga::quote(usdc user_available) {
  const auto venue = neighbour<venue_actor>();
  if (!venue) return refuse(make_error(errc::unavailable));
  const auto& row = st_.row;
  ask(venue, caf::infinite,
      quote_order{row.token, row.amount, row.max_price, row.placed_by, st_.fill, row.user,
                  row.deadline})
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

void bet_saga::release_holds() {
  const release news{hold_of(st_.id)};
  if (std::exchange(st_.balance_taken, false))
    if (const auto balance = w_.dir.users.find_balance(st_.row.user)) self_->send(balance, news);
  if (std::exchange(st_.buffer_taken, false))
    if (const auto buffer = neighbour<buffer_actor>()) self_->send(buffer, news);
}

void bet_saga::holds_are_booked() { st_.balance_taken = st_.buffer_taken = false; }

// -- the end --------------------------------------------------------------------------------------

void bet_saga::take_numbers(const venue_answer& a) {
  st_.row.shares = a.shares;
  st_.row.spent = a.spent;
  st_.row.fee = a.fee;
}

/// What was charged is booked, whatever was reserved: what is above it is the house's loss.
void bet_saga::book_fill() {
  const auto paid = add(st_.row.spent, st_.row.fee);
  if (!paid || st_.row.spent.micro < 0 || st_.row.fee.micro < 0) return numbers_make_no_sense();
  const auto rest = sub_saturating(st_.row.amount, *paid);
  if (rest.micro >= 0) return finish(bet_status::filled, rest, {});
  const usdc excess{-rest.micro};
  w_.dir.gauges.alerts().raise("bet.charged_above_reserve", "",
                               "the venue charged " + to_string(excess) + " USDC more than bet " +
                                   st_.id.text() + " had reserved; booked as venue_loss",
                               w_.now());
  finish(bet_status::filled, {}, {}, excess);
}

void bet_saga::failed(std::string why) {
  auto& row = st_.row;
  row.shares = {};
  row.spent = row.fee = {};
  if (why.empty()) why = "the venue did not fill the order";
  finish(bet_status::failed, row.amount, std::move(why));
}

/// A filled bet gives back what it did not spend, a failed one everything.
void bet_saga::finish(bet_status status, usdc rest, std::string failure, usdc excess) {
  const auto& row = st_.row;
  st_.ending = {st_.id, row.user,           status,   row.shares, row.spent, row.fee,
                rest,   std::move(failure), w_.now(), excess};
  end();
}

void bet_saga::note_end() {
  auto& row = st_.row;
  row.status = st_.ending.status;
  row.refunded = st_.ending.refunded;
  row.failure = st_.ending.failure;
  row.updated_at = st_.ending.at;
  spdlog::debug("bet.finished bet={} user={} status={} spent={} fee={} refunded={}", st_.id.text(),
                row.user.hex(), to_string(row.status), to_string(row.spent), to_string(row.fee),
                to_string(row.refunded));
}

void bet_saga::take_ending() { tell_owner_and_leave(hold_of(st_.id)); }

}  // namespace headroom::actors
