#pragma once

#include <string_view>

#include "domain/flow.hpp"

/// One placement as a table: in which phase it is, what may happen then, and what follows. A sale
/// goes the same way as a bet. What the venue's answers mean is decided in placement.hpp;
/// actors/order_saga.hpp does what is said here.
namespace headroom {

/// Until `storing`, giving up costs nothing but the release of two holds. From then on the books
/// decide: the bet has an owner until they have its end.
enum class bet_phase : std::uint8_t {
  idle,       // nobody has asked for anything yet
  reserving,  // both holds, the quote, the signature
  refusing,   // given up: the books are asked whether they have it from an earlier request
  storing,    // its intent is on the way to the books
  reading,    // it goes on with a stored bet, and reads what is true of it by now
  placing,    // the venue is asked, or the books before that
  waiting,    // until it is asked again; whoever wants to know has heard "placing"
  finishing,  // its end is on the way to the books
  done
};
[[nodiscard]] std::string_view to_string(bet_phase p) noexcept;

enum class bet_event : std::uint8_t {
  // what others do, whenever they like
  asked,      // a request for this bet; one with another body is refused before
  resumed,    // somebody has read it in the books, in placing, and hands it over
  restarted,  // a neighbour was restarted, and whoever is asked is not known to live
  overdue,    // what is asked has no answer for longer than any answer takes
  woken,      // the timer that was set
  died,       // this actor ends, by whatever cause

  // how the work goes on
  reserved,      // both holds stand, the order is signed
  refused,       // a definite no, or nobody there to ask
  stored,        // the books have the intent
  not_heard,     // the books have not taken it, or there is no word of it
  due_now,       // the venue's side has a next step, at once
  due_later,     // or after a while
  decided,       // the venue's side is over
  booked,        // the books have the end
  contradicted,  // the books will never have this end

  // what the books say of the bet
  found_open,   // they have it in placing
  found_ended,  // they have it with an end
  let_go,       // they do not have it: whoever asked has been told
  called,       // likewise, but meanwhile it was handed over as a stored one
  unread        // they cannot be asked now
};
[[nodiscard]] std::string_view to_string(bet_event e) noexcept;

enum class bet_act : std::uint8_t {
  impossible,  // it cannot come to this: the actor stops, and its successor looks before it acts
  nothing,

  // to whom asks
  begin,      // the first request: the user's own money first
  join,       // waits for the answer of the work that is going on
  tell,       // hears at once what is known
  turn_away,  // comes too late, and may come again

  // with the neighbours
  remember,        // that it was handed over: the work that is going on finds out about it
  give_up,         // as if the answer had been no
  look_for_known,  // releases the holds; what the books have counts, not the refusal
  store,           // sends the intent to the books, however often
  read,            // reads the stored bet
  submit,          // sends the order to the venue
  doubt,           // as if the venue had said that it does not know
  adopt,           // goes on with a stored bet: it may have been sent, so looking comes first
  go_on,           // does the next step, unless a human has given it an end
  take_step,       // does the next step
  sleep,           // tells what is known and waits for the venue
  retry,           // waits for a neighbour
  book,            // sends the end to the books, however often
  read_ending,     // asks the books which end they have
  take_ending,     // takes theirs

  // at the end
  leave,
  hand_over,           // the guardian finds an owner for what may be in the books
  hand_over_if_called  // likewise if it was told that it is
};

using bet_move = flow_move<bet_phase, bet_act>;

/// Every pair has an answer.
[[nodiscard]] bet_move next_move(bet_phase at, bet_event e) noexcept;

}  // namespace headroom
