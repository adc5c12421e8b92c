#pragma once

#include <span>

#include "domain/records.hpp"

/// What becomes of bought shares: they are one position for each user and token, whoever bought
/// them how often; sales take from it, and the settlement of its market ends it.
namespace headroom {

// -- the sale ------------------------------------------------------------------------------------

/// placing -> sold | failed; as a bet, `placing` covers every moment in which the venue may hold
/// the order. `sold` may be a part of what was offered.
enum class sale_status : std::uint8_t { placing = 0, sold = 1, failed = 2 };
[[nodiscard]] std::string_view to_string(sale_status s) noexcept;
[[nodiscard]] std::optional<sale_status> parse_sale_status(std::string_view text) noexcept;

/// One user's order to sell, as the books have it.
struct sale {
  sale_id id;
  address user;
  uint256 token;
  share_amount shares;  // offered: taken from the position's free shares meanwhile
  usdc min_price;       // micro-USDC per share
  sale_status status = sale_status::placing;
  share_amount sold;
  usdc proceeds;  // what buyers paid; the user gets proceeds - fee
  usdc fee;
  std::string failure;
  hash256 request_hash;
  hash256 order_hash;
  byte_vector signed_order;
  timestamp deadline;
  timestamp created_at;
  timestamp updated_at;
  std::string placed_by{};
};

// -- the position --------------------------------------------------------------------------------

/// One user's shares of one outcome. Once settled, `shares` stays what was paid out.
struct position {
  address user;
  uint256 token;
  share_amount shares;   // free to be sold
  share_amount selling;  // offered by sales in `placing`
  usdc cost;             // paid for what is left, fees included
  hash256 condition{};   // zero until its market is recorded
  std::string outcome{};
  settlement_result result = settlement_result::none;  // none: open
  usdc payout{};
  timestamp updated_at{};
};

/// What of `cost` goes with `sold` of `held` shares: floor(cost x sold / held); all of it with the
/// last share. Zero when nothing is held.
[[nodiscard]] usdc cost_of_sold(usdc cost, share_amount sold, share_amount held) noexcept;

// -- the settlement ------------------------------------------------------------------------------

/// The payout vector of a resolved condition, as the chain has it: a share of slot i pays
/// numerators[i] / denominator.
struct payout_vector {
  std::vector<std::uint64_t> numerators;
  std::uint64_t denominator = 0;  // above zero, and the sum of the numerators
  friend bool operator==(const payout_vector&, const payout_vector&) = default;
};
/// Two numerators or more that sum up to a denominator above zero.
[[nodiscard]] bool is_valid(const payout_vector& v) noexcept;
/// floor(shares x numerator / denominator). Nothing when the slot is not in the vector, the vector
/// is not valid or shares are below zero.
[[nodiscard]] std::optional<usdc> payout_of(share_amount shares, std::size_t slot,
                                            const payout_vector& v) noexcept;
/// won: the whole of a share; lost: nothing; split: anything between.
[[nodiscard]] settlement_result result_of(std::size_t slot, const payout_vector& v) noexcept;

/// open -> closed. While it is open, redemptions are booked and positions are paid, in any order
/// and number; it is closed once all are paid and nothing is on its way at the venue.
enum class settlement_status : std::uint8_t { open = 0, closed = 1 };
[[nodiscard]] std::string_view to_string(settlement_status s) noexcept;

/// What was redeemed for one account, proven by its receipt.
struct redemption {
  operation_id id;
  address account;
  hash256 tx_hash;
  usdc received;                     // collateral that came
  std::vector<share_amount> burned;  // by outcome slot
  timestamp at;
};

/// A resolved market on its way to its users, as the books have it.
struct settlement {
  hash256 condition;
  payout_vector payouts;
  settlement_status status = settlement_status::open;
  usdc received;   // by all redemptions
  usdc paid;       // to users
  usdc remainder;  // to the house, once closed
  std::vector<redemption> redemptions;
  timestamp created_at;
  timestamp updated_at;
};

}  // namespace headroom
