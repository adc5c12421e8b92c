#pragma once

#include "actors/bet_actor.hpp"

namespace headroom::actors {

inline constexpr std::string_view bet_unresolved_alert = "bet.unresolved";

/// The verbs of a placement. The table (domain/bet_flow.hpp) says what follows, `on` does it; each
/// verb sends one question and returns. To the books: bet_saga.cpp. At the venue, and the end:
/// bet_placing.cpp.
class bet_saga : public saga<bet_saga, bet_self> {
 public:
  using saga::saga;

  // -- what the mailbox brings -------------------------------------------------------------------

  caf::result<bet> asked(const place_bet& x);
  void resumed(bet& stored);
  /// The journal or the venue was restarted. Who asked a living one goes on waiting for it.
  void restarted();
  /// Is an answer overdue?
  void sweep();
  void tick();

 private:
  using milliseconds = std::chrono::milliseconds;

  /// @param wait  of an act that waits
  void on(bet_event e, milliseconds wait = neighbour_wait);

  // -- reserving ---------------------------------------------------------------------------------

  void take(const place_bet& x);
  void begin();
  void deduct_balance();
  void quote(usdc user_available);
  void deduct_buffer(const order_quote& q, usdc user_available);
  void sign(const order_quote& q);
  void refuse(caf::error why);
  void look_for_known();
  void release_holds();

  // -- the books: intent, and what they have of earlier requests ---------------------------------

  void store();
  void not_stored(caf::error why);
  void stored();
  void read();
  void found(bet stored);
  void found_nothing();
  void adopt();

  // -- at the venue ------------------------------------------------------------------------------

  void submit();
  void look_up();
  void cancel();
  void not_sent(std::string why);
  void lost(const caf::error& e);
  void heard(const venue_answer& a);
  void decide(const placement::decision& d);
  void go_on();
  void take_step();
  void sleep(milliseconds wait);
  void raise_if_unresolved(const std::string& reason);

  // -- the end -----------------------------------------------------------------------------------

  void book_fill();
  void finish(bet_status status, usdc rest, std::string failure, usdc excess = {});
  void book();
  void not_booked(const caf::error& e);
  void booked();
  void read_ending();
  void found_end(bet ended);
  void take_ending();

  [[nodiscard]] bool may_say_of_this(std::string_view line) const {
    return may_say(std::string{line} + " " + st_.id.text());
  }
};

}  // namespace headroom::actors
