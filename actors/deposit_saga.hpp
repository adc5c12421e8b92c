#pragma once

#include "actors/deposit_actor.hpp"

namespace headroom::actors {

inline constexpr std::string_view deposit_unresolved_alert = "deposit.unresolved";

/// The verbs of a payment. The table (domain/deposit_flow.hpp) says what follows, `on` does it;
/// each verb sends one question and returns. Until the books have it: deposit_saga.cpp. From then
/// on: deposit_settling.cpp.
class deposit_saga : public saga<deposit_saga, deposit_self> {
 public:
  using saga::saga;

  // -- what the mailbox brings -------------------------------------------------------------------

  caf::result<paid_deposit> asked(pay_deposit& x);
  void resumed(deposit& stored);
  void tick();
  /// The payer has waited long enough.
  void patience_is_over();

 private:
  void on(deposit_event e);

  // -- before anything is stored: every failure is the caller's answer, nothing happened ----------

  void read();
  void look_for_known();
  void ask_what_is_open();
  void compare(const deposit& known);
  void prove();
  void look_for_name();
  void verify();
  void objected(caf::error why);
  void open();

  // -- the intent --------------------------------------------------------------------------------

  void store();
  void not_stored(caf::error& e);

  // -- from here on the chain decides ------------------------------------------------------------

  void settle();
  void send(contract_call call);
  void sent(const operation_report& r);
  void look();
  void found(const payment_finding& f);
  void ask_wallet(std::uint8_t attempt);
  void look_at(const hash256& tx);
  void book_paid();
  void book_failed();
  void not_booked(const char* entry, caf::error& e);
  void contradicted(const char* entry, caf::error& e);
  void books_agree();
  void credit();

  // -- what another actor settles ----------------------------------------------------------------

  void follow();
  void known(const deposit& known);

  // -- waiting and answering ---------------------------------------------------------------------

  void sleep();
  void raise_if_unresolved();
  void refuse(caf::error why);
  void tell();
  void end_with(const caf::error& why);
  void finish();
};

}  // namespace headroom::actors
