#include "domain/buffer.hpp"

#include <algorithm>

namespace headroom {

std::string_view to_string(limiting_factor f) noexcept {
  switch (f) {
    case limiting_factor::user_balance: return "user_balance";
    case limiting_factor::buffer: return "buffer";
    case limiting_factor::venue: return "venue";
  }
  return "user_balance";
}

max_bet max_bet_of(usdc user_available, usdc buffer_available) noexcept {
  if (buffer_available < user_available) return {buffer_available, limiting_factor::buffer};
  return {user_available, limiting_factor::user_balance};
}

std::string refusal_text(usdc bet, usdc max_bet, usdc buffer_balance) {
  return "Bet amount exceeds global maximum: $" + to_cents_ceil(bet) + " USDC. Maximum bet is $" +
         to_cents_floor(max_bet) + " USDC (buffer balance: $" + to_cents_floor(buffer_balance) +
         " USDC)";
}

std::string withdrawal_refusal(usdc paid_out, usdc buffer_balance) {
  return "The withdrawal needs $" + to_cents_ceil(paid_out) + " USDC of the buffer, which has $" +
         to_cents_floor(buffer_balance) + " USDC";
}

void buffer_book::set_committed(const buffer_row& row) noexcept {
  if (row.version < row_.version) return;
  row_ = row;
  book_.set_committed(row.balance, row.version);
}

inflow_split buffer_book::split(usdc amount) const noexcept {
  if (!row_.has_max) return {amount, {}};
  const auto room = std::max(usdc{}, sub_saturating(row_.max_size, row_.balance));
  const auto to_buffer = std::min(amount, room);
  return {to_buffer, sub_saturating(amount, to_buffer)};
}

usdc buffer_book::refill_due() const noexcept {
  if (!row_.reserve.is_positive()) return {};
  if (!row_.has_max) return row_.reserve;
  if (!is_low()) return {};
  return split(row_.reserve).to_buffer;
}

}  // namespace headroom
