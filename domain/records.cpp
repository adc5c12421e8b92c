#include "domain/records.hpp"

#include <algorithm>

namespace headroom {

std::string_view to_string(bet_status s) noexcept {
  switch (s) {
    case bet_status::placing: return "placing";
    case bet_status::filled: return "filled";
    case bet_status::failed: return "failed";
    case bet_status::settled: return "settled";
  }
  return "unknown";
}

std::optional<bet_status> parse_bet_status(std::string_view text) noexcept {
  for (const auto s :
       {bet_status::placing, bet_status::filled, bet_status::failed, bet_status::settled})
    if (to_string(s) == text) return s;
  return std::nullopt;
}

std::string_view to_string(settlement_result r) noexcept {
  switch (r) {
    case settlement_result::none: return "none";
    case settlement_result::won: return "won";
    case settlement_result::lost: return "lost";
    case settlement_result::split: return "split";
  }
  return "unknown";
}

std::optional<settlement_result> parse_settlement_result(std::string_view text) noexcept {
  for (const auto r : {settlement_result::none, settlement_result::won, settlement_result::lost,
                       settlement_result::split})
    if (to_string(r) == text) return r;
  return std::nullopt;
}

std::string_view to_string(deposit_status s) noexcept {
  switch (s) {
    case deposit_status::settling: return "settling";
    case deposit_status::pending: return "pending";
    case deposit_status::converting: return "converting";
    case deposit_status::completed: return "completed";
    case deposit_status::failed: return "failed";
  }
  return "unknown";
}

std::optional<deposit_status> parse_deposit_status(std::string_view text) noexcept {
  for (const auto s :
       {deposit_status::settling, deposit_status::pending, deposit_status::converting,
        deposit_status::completed, deposit_status::failed})
    if (to_string(s) == text) return s;
  return std::nullopt;
}

bool same_message(const authorization& a, const authorization& b) noexcept {
  return a.chain_id == b.chain_id && a.token == b.token && a.from == b.from && a.to == b.to &&
         a.value == b.value && a.valid_after == b.valid_after && a.valid_before == b.valid_before &&
         a.nonce == b.nonce;
}

std::string_view to_string(conversion_status s) noexcept {
  switch (s) {
    case conversion_status::running: return "running";
    case conversion_status::completed: return "completed";
    case conversion_status::failed: return "failed";
    case conversion_status::replaced: return "replaced";
  }
  return "unknown";
}

std::string_view to_string(operation_status s) noexcept {
  switch (s) {
    case operation_status::stored: return "stored";
    case operation_status::confirmed: return "confirmed";
    case operation_status::reverted: return "reverted";
    case operation_status::dropped: return "dropped";
  }
  return "unknown";
}

usdc average_price(const bet& b) noexcept {
  const auto price = mul_div_floor(b.spent.micro, micro_per_usdc, b.shares.micro);
  return price ? usdc{*price} : usdc{};
}

bool any_by_depth(const std::vector<conversion_step>& steps) noexcept {
  return std::any_of(steps.begin(), steps.end(), [](const auto& s) { return s.by_depth; });
}

operation_id settlement_of(const deposit_id& id, std::uint8_t attempt) noexcept {
  operation_id out;
  out.bytes = id.bytes;
  out.bytes.back() ^= attempt;
  return out;
}

}  // namespace headroom
