#pragma once

#include "actors/sale_actor.hpp"

namespace headroom::actors {

inline constexpr std::string_view sale_unresolved_alert = "sale.unresolved";

/// What is a sale's own in a placement (actors/order_saga.hpp): no holds, and at the end the
/// proceeds.
class sale_saga : public order_saga<sale_saga, sale_self> {
 public:
  using order_saga::order_saga;

 private:
  friend class order_saga<sale_saga, sale_self>;
  static constexpr std::string_view unresolved_alert = sale_unresolved_alert;

  void take(const sell_position& x);
  [[nodiscard]] bool asks_an_owner() const;
  void begin_reserving();
  void quote();
  static void release_holds() noexcept {}
  static void holds_are_booked() noexcept {}
  [[nodiscard]] journal_entry intent() const { return accept_sale{st_.row}; }
  [[nodiscard]] static bool is_open(const sale& row) { return row.status == sale_status::placing; }

  void take_numbers(const venue_answer& a);
  void book_fill();
  void failed(std::string why);
  void finish(sale_status status, std::string failure);
  void note_end();
  void take_ending();
};

}  // namespace headroom::actors
