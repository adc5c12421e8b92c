#pragma once

#include <string>
#include <string_view>

#include "domain/ids.hpp"
#include "domain/money.hpp"
#include "domain/time.hpp"

/// Money that users take out: USDC on Polygon, to an address of their choice.
namespace headroom {

/// requested -> sent -> confirmed | failed. It is `sent` from the moment that a transaction of it
/// stands in the outbox: nothing but the chain's final word ends it from then on.
enum class withdrawal_status : std::uint8_t { requested = 0, sent = 1, confirmed = 2, failed = 3 };
[[nodiscard]] std::string_view to_string(withdrawal_status s) noexcept;
[[nodiscard]] std::optional<withdrawal_status> parse_withdrawal_status(
    std::string_view text) noexcept;

/// One withdrawal, as the books have it.
struct withdrawal {
  withdrawal_id id;
  address user;
  address to;
  usdc amount;  // taken from the user, fee included
  usdc fee;     // stays with the house; the rest is what leaves the buffer
  withdrawal_status status = withdrawal_status::requested;
  bool needs_approval = false;  // by an operator, before anything is sent
  std::string approved_by;      // "" until then
  hash256 tx_hash;  // the newest that was sent for it, once confirmed the one that paid; or zero
  std::string failure;
  hash256 request_hash;  // of the request's body, to tell a repeat from a reuse
  timestamp created_at;
  timestamp updated_at;
  std::string placed_by;  // who asked for it: "key:<id>", or "user:<address>" who signed it
};

/// What arrives at `to`.
[[nodiscard]] usdc paid_out(const withdrawal& w) noexcept;
/// Neither confirmed nor failed.
[[nodiscard]] bool is_open(const withdrawal& w) noexcept;
[[nodiscard]] bool waits_for_approval(const withdrawal& w) noexcept;

/// What the house takes: flat, and so many basis points of the amount, rounded up.
[[nodiscard]] usdc withdrawal_fee_of(usdc amount, usdc flat, std::uint32_t bps) noexcept;

/// Names the n-th try to send it. All tries of one differ in the last byte alone and the first has
/// the withdrawal's own id, so the books find them all by that.
[[nodiscard]] operation_id transfer_of(const withdrawal_id& id, std::uint8_t attempt) noexcept;

/// The `purpose` of these operations in the outbox. The books refuse such a row unless it is of a
/// withdrawal that may be sent.
inline constexpr std::string_view withdrawal_purpose = "withdrawal";

/// Midnight of that day in UTC: what a user's daily sum counts from.
[[nodiscard]] timestamp day_of(timestamp t) noexcept;

/// What speaks against paying an address. `not_payable`: nobody's, a token's or our own; a caller's
/// mistake. `refused`: on the operator's list.
enum class screening : std::uint8_t { clear = 0, not_payable = 1, refused = 2 };

}  // namespace headroom
