#pragma once

#include <string_view>

#include "domain/flow.hpp"

/// One x402 payment as a table: in which phase it is, what may happen then, and what follows;
/// actors/deposit_saga.* does what is said here.
namespace headroom {

/// The books come before everything that changes with time (the window, the balance, a used nonce),
/// so that a payment's repetition gets its first answer for ever. Until `storing` every failure is
/// the payer's answer and nothing has happened; from then on the payment is followed until the
/// chain decides.
enum class deposit_phase : std::uint8_t {
  idle,       // nobody has asked for anything yet
  reading,    // form, terms and signature
  checking,   // do the books know the payment?
  proving,    // the payer's contract: is it its signature?
  naming,     // do the books know the payer's own name for it?
  judging,    // time and chain: may it be taken now?
  storing,    // its intent is on the way to the books, or may be
  following,  // another actor settles it, and the payer waits for the result
  settling,   // in the books: the chain is asked, the wallet sends
  booking,    // what the chain decided is on the way to the books
  crediting,  // the conversion actor credits the payer
  done
};
[[nodiscard]] std::string_view to_string(deposit_phase p) noexcept;

/// From the intent on somebody must own the deposit until the books have its end.
[[nodiscard]] bool may_be_stored(deposit_phase p) noexcept;

enum class deposit_event : std::uint8_t {
  // what others do, whenever they like
  asked,      // a payer's request
  resumed,    // somebody has read it in the books, settling, and hands it over
  woken,      // the timer that was set
  impatient,  // the payer has waited long enough
  died,       // this actor ends, by whatever cause

  // before the books have it
  parsed,     // it is sound whatever the time and the chain say
  unproven,   // the books do not say it is the payer's, and nobody has shown it
  named,      // the books do not know it, and were not asked for its name
  unjudged,   // they know neither, and whether it may be taken is open
  cleared,    // nothing is left to ask
  proven,     // the signature is the payer's contract's
  judged,     // it may be taken
  objected,   // it may not: told only when the books have looked again
  refused,    // a definite no, or nobody there to ask
  known,      // the books have it, with a result or for nobody who waits
  unsettled,  // the books have it, and the payer waits for its result

  // from the books on
  stored,         // they have the intent
  stored_before,  // likewise, and it may be paid or sent already
  taken,          // they have the payment as another deposit
  unwanted,       // likewise, and nobody waits for that
  later,          // nothing new, or nobody there to ask
  paid,           // the chain says so
  voided,         // the chain says that it never will be
  unused,         // the chain says that it still may be
  settled,        // the books know that it is paid
  failed,         // or that it never will be
  credited,       // to the payer; or the conversion actor does it when it can
  contradicted    // the books refuse what this actor knows
};
[[nodiscard]] std::string_view to_string(deposit_event e) noexcept;

enum class deposit_act : std::uint8_t {
  impossible,  // it cannot come to this: the actor stops, and its successor looks before it acts
  nothing,

  // to the payer
  turn_away,        // somebody else's request is being worked on
  tell,             // what is known now, while the work goes on
  tell_doubt,       // it may be in the books or not
  refuse,           // with the reason that was found; the end
  refuse_too_late,  // the wait is over and nothing was done; the end
  finish,           // what became of it; the end

  // before the books have it
  read,
  look_for_known,
  prove,
  look_for_name,
  verify,
  open,

  // from the books on
  store,   // sends the intent, however often
  sleep,   // waits and looks again
  follow,  // how far has the one come that settles it?
  look,    // what does the chain say?
  settle,  // has the wallet send it, once however often it is asked
  book_paid,
  book_failed,
  credit,
  stop,      // leaves the row as it is, for a human; the end
  hand_over  // the guardian finds another owner
};

using deposit_move = flow_move<deposit_phase, deposit_act>;

/// Every pair has an answer.
[[nodiscard]] deposit_move next_move(deposit_phase at, deposit_event e) noexcept;

/// What is known of a payment that the books do not have.
struct payment_knowledge {
  bool refused = false;  // there is a verdict against it
  bool proven = false;   // the payer's own signature
  bool named = false;    // by the payer, and the books were not asked for the name
  bool judged = false;   // it may be taken now
};
/// The question that comes next, cheap ones and the payer's proof first.
[[nodiscard]] deposit_event next_question(const payment_knowledge& x) noexcept;

}  // namespace headroom
