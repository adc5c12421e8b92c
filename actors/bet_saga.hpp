#pragma once

#include "actors/bet_actor.hpp"

namespace headroom::actors {

inline constexpr std::string_view bet_unresolved_alert = "bet.unresolved";

/// What is a bet's own in a placement (actors/order_saga.hpp): two holds before, and at the end
/// what was not spent, back to both. An order that stays open needs `headroom bets resolve`.
class bet_saga : public order_saga<bet_saga, bet_self> {
 public:
  using order_saga::order_saga;

 private:
  friend class order_saga<bet_saga, bet_self>;
  static constexpr std::string_view unresolved_alert = bet_unresolved_alert;

  void take(const place_bet& x);
  [[nodiscard]] bool asks_an_owner() const;
  void begin_reserving();
  void quote(usdc user_available);
  void deduct_buffer(const order_quote& q, usdc user_available);
  void release_holds();
  void holds_are_booked();
  [[nodiscard]] journal_entry intent() const { return accept_bet{st_.row}; }
  [[nodiscard]] static bool is_open(const bet& row) { return row.status == bet_status::placing; }

  void take_numbers(const venue_answer& a);
  void book_fill();
  void failed(std::string why);
  void finish(bet_status status, usdc rest, std::string failure, usdc excess = {});
  void note_end();
  void take_ending();
};

}  // namespace headroom::actors
