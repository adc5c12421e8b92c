#include "domain/withdrawals.hpp"

namespace headroom {

std::string_view to_string(withdrawal_status s) noexcept {
  switch (s) {
    case withdrawal_status::requested: return "requested";
    case withdrawal_status::sent: return "sent";
    case withdrawal_status::confirmed: return "confirmed";
    case withdrawal_status::failed: return "failed";
  }
  return "unknown";
}

std::optional<withdrawal_status> parse_withdrawal_status(std::string_view text) noexcept {
  for (const auto s : {withdrawal_status::requested, withdrawal_status::sent,
                       withdrawal_status::confirmed, withdrawal_status::failed})
    if (to_string(s) == text) return s;
  return std::nullopt;
}

usdc paid_out(const withdrawal& w) noexcept { return sub_saturating(w.amount, w.fee); }

bool is_open(const withdrawal& w) noexcept {
  return w.status == withdrawal_status::requested || w.status == withdrawal_status::sent;
}

bool waits_for_approval(const withdrawal& w) noexcept {
  return w.needs_approval && w.approved_by.empty() && w.status == withdrawal_status::requested;
}

usdc withdrawal_fee_of(usdc amount, usdc flat, std::uint32_t bps) noexcept {
  const auto part = mul_div_ceil(amount.micro, bps, 10'000);
  return part ? add_saturating(flat, {*part}) : usdc{INT64_MAX};
}

operation_id transfer_of(const withdrawal_id& id, std::uint8_t attempt) noexcept {
  operation_id out;
  out.bytes = id.bytes;
  out.bytes.back() ^= attempt;
  return out;
}

timestamp day_of(timestamp t) noexcept {
  constexpr std::int64_t day = 86'400'000'000;
  return {t.us - t.us % day};
}

}  // namespace headroom
