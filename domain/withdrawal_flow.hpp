#pragma once

#include <string_view>

#include "domain/flow.hpp"

/// One withdrawal as a table: in which phase it is, what may happen then, and what follows;
/// actors/withdrawal_saga.* does what is said here.
namespace headroom {

/// The books come first: a repeated request gets their answer, whatever has changed since. Until
/// `storing` giving up costs nothing but the release of two holds. From then on the withdrawal has
/// an owner until the books have its end, and each look begins with the books' row: an operator may
/// have approved or refused it, by another process too.
enum class withdrawal_phase : std::uint8_t {
  idle,       // nobody has asked for anything yet
  looking,    // do the books know it from an earlier request?
  reserving,  // both holds
  storing,    // its intent is on the way to the books, or may be
  reading,    // it is stored: what do the books say of it by now?
  sending,    // the cashier is asked: to send it, once, or how far it is
  waiting,    // until the next look; whoever wants to know hears what is known
  finishing,  // its end is on the way to the books
  done
};
[[nodiscard]] std::string_view to_string(withdrawal_phase p) noexcept;

enum class withdrawal_event : std::uint8_t {
  // what others do, whenever they like
  asked,    // a request for it; one with another body is refused before
  resumed,  // somebody has read it in the books, open, and hands it over
  nudged,   // an operator has decided: look now
  woken,    // the timer that was set
  died,     // this actor ends, by whatever cause

  // what the books say of it
  found_open,
  found_ended,
  not_found,
  unread,  // they cannot be asked now

  // how the work goes on
  reserved,      // both holds stand
  refused,       // a definite no, or nobody there to ask
  stored,        // the books have the intent
  not_heard,     // the books have not taken it, or there is no word of it
  later,         // nothing final yet, or nobody there to ask
  decided,       // the chain's word is final
  booked,        // the books have the end
  contradicted,  // the books will never have this end
};
[[nodiscard]] std::string_view to_string(withdrawal_event e) noexcept;

enum class withdrawal_act : std::uint8_t {
  impossible,  // it cannot come to this: the actor stops, and its successor looks before it acts
  nothing,

  // to whom asks
  join,       // waits for the answer of the work that is going on
  tell,       // hears at once what is known
  turn_away,  // comes too late, and may come again
  refuse,     // with the reason that was found; the end
  finish,     // what became of it; the end

  // the work
  look,     // asks the books whether they know it
  reserve,  // the user's own money first, then the buffer's
  store,    // sends the intent to the books, however often
  accept,   // tells that it is taken, and goes on as with a stored one
  read,     // asks the books where it stands
  go_on,    // tells those who wait, and does what is next
  retry,    // waits for a neighbour
  sleep,    // waits for the chain, for money or for an operator
  book,     // sends the end to the books, however often

  // at the end
  leave,
  hand_over  // the guardian finds an owner for what may be in the books
};

using withdrawal_move = flow_move<withdrawal_phase, withdrawal_act>;

/// Every pair has an answer.
[[nodiscard]] withdrawal_move next_move(withdrawal_phase at, withdrawal_event e) noexcept;

}  // namespace headroom
