#pragma once

#include <map>
#include <optional>
#include <string>

#include "domain/balance.hpp"
#include "domain/records.hpp"

namespace headroom {

/// What set the max bet. `venue`: it takes no bets now, so the maximum is zero.
enum class limiting_factor : std::uint8_t { user_balance, buffer, venue };
[[nodiscard]] std::string_view to_string(limiting_factor f) noexcept;

struct max_bet {
  usdc amount;
  limiting_factor limited_by = limiting_factor::user_balance;
};
/// max bet = min(user balance, buffer balance). Equal: the user's own balance is named.
[[nodiscard]] max_bet max_bet_of(usdc user_available, usdc buffer_available) noexcept;

/// The most that a user may take out now, fee included: the buffer pays all of it but the fee.
struct max_withdrawal {
  usdc amount;
  usdc fee;  // of that amount
  limiting_factor limited_by = limiting_factor::user_balance;
};
/// Exact to the micro: one micro more is refused. Zero where the fee would take all of it. Equal:
/// the user's own balance is named.
/// @param flat, bps  the house's fee
[[nodiscard]] max_withdrawal max_withdrawal_of(usdc user_available, usdc buffer_available,
                                               usdc flat, std::uint32_t bps) noexcept;

/// The buffer's refusal, word for word as the contract has it. The bet is rounded up and the limits
/// are rounded down to cents, so that the sentence is never absurd.
[[nodiscard]] std::string refusal_text(usdc bet, usdc max_bet, usdc buffer_balance);

/// Likewise of a withdrawal, whose `paid_out` the buffer cannot pay.
[[nodiscard]] std::string withdrawal_refusal(usdc paid_out, usdc buffer_balance);

/// Where an inflow goes: up to the cap into the buffer, the surplus into the reserve.
struct inflow_split {
  usdc to_buffer;
  usdc to_reserve;
};

/// Decides for the buffer; knows nothing of messages.
class buffer_book {
 public:
  /// The books' word; older versions are ignored.
  void set_committed(const buffer_row& row) noexcept;
  [[nodiscard]] const buffer_row& row() const noexcept { return row_; }

  [[nodiscard]] bool deduct(const hold_id& hold, usdc amount);
  void forget(const hold_id& hold) noexcept { book_.forget(hold); }
  [[nodiscard]] bool knows(const hold_id& hold) const noexcept { return book_.knows(hold); }
  /// What bets and withdrawals may take: nothing of what is held back.
  [[nodiscard]] usdc available() const noexcept;
  [[nodiscard]] std::size_t tentative_count() const noexcept { return book_.tentative_count(); }

  // -- what arrived, and may be on the chain no more ---------------------------------------------

  /// Nothing is paid of so much until it is known what became of the conversion that brought it.
  /// The last word on each counts; an amount of zero ends it.
  void hold_back(const conversion_id& arrival, usdc amount);
  [[nodiscard]] usdc held_back() const noexcept;
  /// From where an arrival of `received` can be taken back now: the reserve first, then what the
  /// buffer holds and has promised to nobody. Nothing: there is too little of it.
  [[nodiscard]] std::optional<inflow_split> take_back(usdc received) const noexcept;

  [[nodiscard]] bool is_low() const noexcept { return row_.balance < row_.min_size; }
  /// Splits `amount` at the cap, counting the committed balance only.
  [[nodiscard]] inflow_split split(usdc amount) const noexcept;
  /// What the reserve should give now: as much as it has and the cap allows when the buffer is low,
  /// everything when there is no cap any more; zero when nothing is to be done.
  [[nodiscard]] usdc refill_due() const noexcept;

 private:
  buffer_row row_;
  tentative_book book_;
  std::map<conversion_id, usdc> held_back_;
};

}  // namespace headroom
