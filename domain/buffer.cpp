#include "domain/buffer.hpp"

#include <algorithm>

#include "domain/withdrawals.hpp"

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

max_withdrawal max_withdrawal_of(usdc user_available, usdc buffer_available, usdc flat,
                                 std::uint32_t bps) noexcept {
  const auto fee_of = [&](usdc amount) { return withdrawal_fee_of(amount, flat, bps); };
  const auto can_pay = [&](usdc amount) {
    return sub_saturating(amount, fee_of(amount)) <= buffer_available;
  };
  const auto said = [&](usdc amount, limiting_factor by) {
    const auto fee = fee_of(amount);
    return fee < amount ? max_withdrawal{amount, fee, by} : max_withdrawal{{}, {}, by};
  };
  const auto all = std::max(user_available, usdc{});
  if (can_pay(all)) return said(all, limiting_factor::user_balance);
  // What leaves never falls as the amount grows, so halving finds the last one that can be paid.
  usdc most;
  usdc too_much = all;
  while (too_much.micro - most.micro > 1) {
    const usdc middle{most.micro + (too_much.micro - most.micro) / 2};
    (can_pay(middle) ? most : too_much) = middle;
  }
  return said(most, limiting_factor::buffer);
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

bool buffer_book::deduct(const hold_id& hold, usdc amount) {
  if (!book_.knows(hold) && amount > available()) return false;
  return book_.deduct(hold, amount);
}

usdc buffer_book::available() const noexcept {
  return std::max(usdc{}, sub_saturating(book_.available(), held_back()));
}

void buffer_book::hold_back(const conversion_id& arrival, usdc amount) {
  if (amount.is_positive()) {
    held_back_.insert_or_assign(arrival, amount);
  } else {
    held_back_.erase(arrival);
  }
}

usdc buffer_book::held_back() const noexcept {
  usdc out;
  for (const auto& [arrival, amount] : held_back_) out = add_saturating(out, amount);
  return out;
}

std::optional<inflow_split> buffer_book::take_back(usdc received) const noexcept {
  inflow_split out;
  out.to_reserve = std::min(received, row_.reserve);
  out.to_buffer = sub_saturating(received, out.to_reserve);
  if (out.to_buffer > book_.available()) return std::nullopt;
  return out;
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
