#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/ids.hpp"
#include "domain/inventory.hpp"
#include "domain/money.hpp"
#include "domain/money_source.hpp"
#include "domain/repairs.hpp"
#include "domain/time.hpp"

namespace headroom {

/// Outcome tokens of a market in millionths of a share; one share pays 1 USDC if it wins.
struct share_amount {
  std::int64_t micro = 0;
  friend constexpr auto operator<=>(const share_amount&, const share_amount&) = default;
};

// -- the bet -----------------------------------------------------------------------------------

/// placing -> filled | failed; filled -> settled (when its market resolves). `placing` covers every
/// moment in which the venue may hold the order, an unknown outcome included.
enum class bet_status : std::uint8_t { placing = 0, filled = 1, failed = 2, settled = 3 };
[[nodiscard]] std::string_view to_string(bet_status s) noexcept;
[[nodiscard]] std::optional<bet_status> parse_bet_status(std::string_view text) noexcept;

/// How a settled market ended for a position or a bet.
enum class settlement_result : std::uint8_t { none = 0, won = 1, lost = 2, split = 3 };
[[nodiscard]] std::string_view to_string(settlement_result r) noexcept;
[[nodiscard]] std::optional<settlement_result> parse_settlement_result(
    std::string_view text) noexcept;

/// One user's order at the venue, as the books have it.
struct bet {
  bet_id id;
  address user;
  uint256 token;   // the outcome token bought
  usdc amount;     // taken from the user and the buffer, fee included
  usdc max_price;  // micro-USDC per share
  bet_status status = bet_status::placing;
  share_amount shares;       // bought
  usdc spent;                // paid for the shares
  usdc fee;                  // paid to the venue on top
  usdc refunded;             // given back to user and buffer: amount - spent - fee
  std::string failure;       // why it failed: the venue's words, "" otherwise
  hash256 request_hash;      // of the request's body, to tell a repeat from a reuse
  hash256 order_hash;        // EIP-712 hash: the venue's order id
  byte_vector signed_order;  // exact, see chain/polymarket/stored_order.hpp
  timestamp deadline;        // from then on it is not sent to the venue
  timestamp created_at;
  timestamp updated_at;
  std::string placed_by;  // who asked for it: "key:<id>", or "user:<address>" who signed it
  // Of a settled one: what its market came to, and its part of what its position was paid.
  settlement_result result = settlement_result::none;
  usdc payout{};
};

/// spent / shares in micro-USDC per share, rounded down; zero when nothing was bought.
[[nodiscard]] usdc average_price(const bet& b) noexcept;

// -- the deposit -------------------------------------------------------------------------------

/// settling -> pending -> converting -> completed | failed; settling -> failed (nothing received).
/// `settling` is the time between the stored intent and the proof on chain; the user is credited on
/// the way from pending to converting and never loses that credit.
enum class deposit_status : std::uint8_t {
  settling = 0,
  pending = 1,
  converting = 2,
  completed = 3,
  failed = 4
};
[[nodiscard]] std::string_view to_string(deposit_status s) noexcept;
[[nodiscard]] std::optional<deposit_status> parse_deposit_status(std::string_view text) noexcept;

/// A signed EIP-3009 TransferWithAuthorization: what x402's `exact` scheme pays with.
struct authorization {
  std::uint64_t chain_id = 0;
  address token;
  address from;
  address to;
  usdc value;
  std::int64_t valid_after = 0;   // unix seconds
  std::int64_t valid_before = 0;  // unix seconds
  hash256 nonce;                  // random per payer; unique with (chain_id, token, from)
  byte_vector signature;          // r || s || v, low s, v 27/28; anything when a contract pays
};
/// The same signed words. A message may have several signatures, so they are not compared.
[[nodiscard]] bool same_message(const authorization& a, const authorization& b) noexcept;

struct deposit {
  deposit_id id;
  address user;  // the payer is credited
  usdc amount;
  deposit_status status = deposit_status::settling;
  authorization payment;
  std::uint8_t x402_version = 2;
  hash256 tx_hash;              // the settling transaction, zero until known
  std::uint64_t log_index = 0;  // of the Transfer that proves the payment; once it is proven
  std::string failure;
  conversion_id conversion;  // zero until it is part of one
  timestamp created_at;
  timestamp credited_at;
  timestamp updated_at;
  // The payer's own names for this payment, hashed; zero when they gave none. Each names one
  // deposit of the payer.
  hash256 idempotency_key;     // of the HTTP header
  hash256 payment_identifier;  // x402's extension of that name
  usdc fee{};                  // of the amount, as it was when the payment was taken (pricing.hpp)

  /// What the user may bet of it.
  [[nodiscard]] usdc credited() const noexcept { return sub_saturating(amount, fee); }
};

// -- the conversion ----------------------------------------------------------------------------

/// running -> completed | failed | replaced. What a reorganisation undoes goes back: completed ->
/// running. replaced: it had sent nothing, its deposits went on in another one (decision 0044).
// clang-format off
enum class conversion_status : std::uint8_t { running = 0, completed = 1, failed = 2, replaced = 3 };
[[nodiscard]] std::string_view to_string(conversion_status s) noexcept;
// clang-format on
struct chain_operation;

/// One executed or executing step of a route.
struct conversion_step {
  std::string name;  // "bridge", "swap"
  /// "waiting", "in_flight", "done"; "held": nothing is under way, it is tried again; "failed":
  /// given up, as earlier versions did.
  std::string state;
  usdc amount_in;
  usdc amount_out;  // from the receipt, zero until done
  hash256 tx_hash;  // zero until sent
  std::uint32_t attempt = 0;
  std::string detail;  // guid of the bridge message, reason of a failure
  timestamp started_at;
  timestamp finished_at;
  std::vector<operation_id> operations{};       // of all its attempts, in the order of their use
  std::vector<chain_operation> transactions{};  // theirs, by the outbox; only where it was read
  std::vector<timestamp> failures{};  // the last few attempts' that an operator has not seen
  bool by_depth =
      false;            // done, and a reorganisation may undo it: its proof is deep, not finalized
  bool by_tag = false;  // it was undone before: from then on only `finalized` counts
};

/// Whether what the steps brought may still be undone.
[[nodiscard]] bool any_by_depth(const std::vector<conversion_step>& steps) noexcept;

struct conversion {
  conversion_id id;
  std::string route;  // "oft_uniswap"
  conversion_status status = conversion_status::running;
  usdc amount;    // put in, of the source's money
  usdc received;  // USDC that arrived
  usdc loss;      // amount - received
  std::vector<conversion_step> steps;
  std::uint32_t attempts = 0;  // retries of a stuck or failed step
  std::string failure;
  std::vector<deposit_id> deposits;
  timestamp created_at;
  timestamp updated_at;
  timestamp completed_at;
  money_source source{};  // what its deposits were paid with
  // By the quote that it was opened on; zero: opened before there was a choice.
  usdc expected_out{};
  std::uint32_t expected_seconds = 0;
  std::string choice{};         // why this route
  conversion_order order{};     // the newest; only where it was read
  std::uint32_t undone = 0;     // how often a reorganisation took back what had completed it
  conversion_id replaced_by{};  // zero: it was not
};

// -- the buffer --------------------------------------------------------------------------------

/// The committed row `liquidity_buffer` with what stands beside it. `version` grows with every
/// change.
struct buffer_row {
  usdc balance;
  usdc min_size;
  bool has_max = false;
  usdc max_size;  // meaningful when has_max
  usdc reserve;   // surplus above max_size, waiting
  usdc total_deposited;
  usdc total_withdrawn;
  std::int64_t version = 0;
  timestamp last_replenished_at;
  timestamp updated_at;
};

/// What `GET /buffer/status` shows.
struct buffer_status {
  buffer_row row;
  usdc available;  // row.balance minus deductions not yet committed, and what is held back
  bool is_low = false;
  usdc recommended_min_size;  // twice the average daily bet volume
  bool replayed = false;      // answers a request that was booked before
  buffer_forecast forecast{};
};

// -- the outbox --------------------------------------------------------------------------------

/// One attempt's: stored -> confirmed | reverted | dropped. `dropped`: another transaction took the
/// nonce, perhaps another attempt of the same operation (domain/operation.hpp says where that
/// stands).
enum class operation_status : std::uint8_t { stored = 0, confirmed = 1, reverted = 2, dropped = 3 };
[[nodiscard]] std::string_view to_string(operation_status s) noexcept;

/// One signed transaction, stored before its broadcast. An operation has one row per fee bump, all
/// with the same nonce; at most one of them can ever be mined.
struct chain_operation {
  operation_id id;
  std::uint32_t attempt = 0;
  std::uint64_t chain_id = 0;
  address account;
  std::uint64_t nonce = 0;
  hash256 tx_hash;
  byte_vector raw;
  std::string purpose;  // "deposit", "bridge", "approve", "swap"
  operation_status status = operation_status::stored;
  std::uint64_t block_number = 0;
  timestamp created_at;
  std::string fee_wei{};  // of the mined attempt, decimal: gas and value; only where it was read
};

/// Names the n-th try to settle a deposit on chain. All tries of one deposit differ in the last
/// byte alone and the first has the deposit's own id, so the books find them all by the deposit's
/// id.
[[nodiscard]] operation_id settlement_of(const deposit_id& id, std::uint8_t attempt) noexcept;

// -- people ------------------------------------------------------------------------------------

enum class scope : std::uint8_t {
  read = 1,
  trade = 2,
  inspect = 4,
  admin = 8,
  withdraw = 16,
  operate = 32
};
inline constexpr std::uint8_t all_scopes = 63;

/// A service key as stored: the secret itself exists only in its owner's hands.
struct service_key {
  std::string id;  // public part
  std::string name;
  hash256 secret_hash;      // SHA-256 of the secret part
  std::uint8_t scopes = 0;  // bit set of `scope`
  timestamp created_at;
  timestamp revoked_at;
};

}  // namespace headroom
