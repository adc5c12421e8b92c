#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "domain/journal.hpp"
#include "domain/moving_money.hpp"

namespace headroom {

/// When what is listed was created: from `since` on and before `until`; a time not set is no bound.
struct time_window {
  timestamp since;
  timestamp until;
};

/// Which bets to list, newest first. `cursor` is a page's `next_cursor`, "" for the first page.
struct bet_filter {
  bool has_user = false;
  address user;
  bool has_status = false;
  bet_status status = bet_status::placing;
  std::string cursor;
  std::uint32_t limit = 50;  // 1 to 200
  bool has_token = false;
  uint256 token;
  time_window created;
};

struct bet_page {
  std::vector<bet> bets;
  std::string next_cursor;  // "" on the last page
};

/// Which of a user's deposits to list, newest first.
struct deposit_filter {
  address user;
  std::string cursor{};
  std::uint32_t limit = 50;  // 1 to 200
  bool has_status = false;
  deposit_status status = deposit_status::settling;
  time_window created{};
};

struct deposit_page {
  std::vector<deposit> deposits;
  std::string next_cursor;  // "" on the last page
};

/// What a user has paid or promised and cannot bet with yet: deposits `settling` and `pending`.
struct money_on_its_way {
  usdc total;                     // of all of them
  std::vector<deposit> deposits;  // the newest
};

struct conversion_page {
  std::vector<conversion> conversions;
  std::string next_cursor;
};

/// What conversions cost on one chain, in its own coin: gas by the receipts, and the value sent
/// along to the bridge (an upper bound: the bridge returns what was too much).
struct chain_fees {
  std::uint64_t chain_id = 0;
  std::string wei;  // decimal
};

/// Which withdrawals to list, newest first.
struct withdrawal_filter {
  bool has_user = false;
  address user;
  bool has_status = false;
  withdrawal_status status = withdrawal_status::requested;
  std::string cursor{};
  std::uint32_t limit = 50;  // 1 to 200
  time_window created{};
};

struct withdrawal_page {
  std::vector<withdrawal> withdrawals;
  std::string next_cursor;  // "" on the last page
};

/// The same of one route and source, with where the loss came from. Below zero: a gain.
struct route_metrics {
  std::string route;
  money_source source;
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t running = 0;
  std::int64_t average_ms = 0;
  std::int64_t p95_ms = 0;
  std::int64_t p99_ms = 0;
  usdc total_in;
  usdc total_received;
  usdc total_loss;
  usdc bridge_fee;   // lost in steps that move money
  usdc swap_fee;     // lost in steps that change it for another
  usdc slippage;     // promised by the quotes and not received; of those that had one
  usdc arrived_day;  // received in the last 24 hours: the rate of replenishment
};

/// How conversions went, over the last 30 days. Durations in milliseconds, from created to
/// completed.
struct conversion_metrics {
  std::int64_t completed = 0;
  std::int64_t failed = 0;
  std::int64_t running = 0;
  std::int64_t average_ms = 0;
  std::int64_t p95_ms = 0;
  std::int64_t p99_ms = 0;
  usdc total_in;
  usdc total_received;
  usdc total_loss;
  std::vector<chain_fees> fees;         // by chain id
  std::vector<route_metrics> routes{};  // by route and source
};

/// What deposits paid for their conversion and what it cost, of one route on one day: of those that
/// ended then. Gas is not in it: it is paid in the chains' coins (conversion_metrics::fees).
struct pricing_day {
  std::string day;  // UTC, "2026-11-29"
  std::string route;
  std::int64_t conversions = 0;
  usdc amount;   // put in
  usdc charged;  // fees of their deposits
  usdc cost;     // lost by bridges and swaps; below zero: a gain
};

struct pricing_report {
  std::vector<pricing_day> days;  // the newest first, then by route
};

/// The books' totals, as kept with every commit (not from a replay: that is `headroom verify`).
struct trial_balance {
  usdc buffer;
  usdc reserve;
  usdc in_transit;
  usdc converting;  // of it in running conversions: perhaps between the chains, seen on neither
  usdc at_venue;    // amounts of bets still `placing`: ours until filled, the users' if refunded
  usdc users;       // owed to users, without what is at the venue
  usdc capital;
  usdc conversion_loss;
  usdc wagered;  // net of refunds: what left the buffer through bets and withdrawals
  std::int64_t user_count = 0;
  usdc venue_loss;  // charged by the venue above what bets had reserved
  usdc revenue;     // fees of withdrawals, and what payouts left over
  usdc outgoing;    // of open withdrawals: not the users' any more, and not gone for good
  usdc leaving;     // of it with a transaction in the outbox: perhaps gone from the wallet
  /// Of in_transit, in no running conversion and paid with the buffer's own token: it stands beside
  /// the buffer's.
  usdc waits_here{};
  /// The running conversions of `converting`, the oldest first, as one snapshot has them.
  std::vector<moving_money> moving{};
};

/// What a restart has to finish, oldest first.
struct unfinished_work {
  std::vector<bet> placing_bets;
  std::vector<deposit> settling_deposits;
  std::vector<sale> placing_sales;             // at most as many as bets
  std::vector<withdrawal> open_withdrawals{};  // all of them, whatever was asked for
};

/// Which of a user's positions to list, the newest change first.
struct position_filter {
  address user;
  std::string cursor{};
  std::uint32_t limit = 50;  // 1 to 200
  bool open_only = false;    // neither settled nor sold out
};

struct position_page {
  std::vector<position> positions;
  std::string next_cursor;  // "" on the last page
};

/// What of a user's money is in bets, and what they hold.
struct user_holdings_of {
  address user;
};
struct user_holdings {
  usdc in_bets;                     // at the venue, and the cost of open positions
  std::vector<bet> open;            // in placing or filled: the newest 20, of the newest 200
  std::vector<position> positions;  // open: the newest 20
  std::vector<deposit> deposits;    // not completed, likewise of the newest 200
};

/// A user's delegations, the newest 50 first.
struct delegations_of {
  address user;
};

/// One thing that happened to a user's money.
enum class history_kind : std::uint8_t {
  deposit = 0,
  bet = 1,
  sale = 2,
  payout = 3,
  withdrawal = 4
};
[[nodiscard]] std::string_view to_string(history_kind k) noexcept;

struct history_entry {
  timestamp at;
  history_kind kind = history_kind::deposit;
  std::string id;      // of the deposit, bet, sale or withdrawal; of a payout, of its page alone
  std::string status;  // as each of them says it; "settled" of a payout
  usdc amount;         // what it did to the balance, below zero: what it took
  uint256 token;       // zero: of none
  hash256 tx_hash;     // zero: of none that is known
  hash256 condition;   // zero: not on record, as are these
  std::string outcome;
  std::string question;
};
struct history_filter {
  address user;
  std::string cursor{};
  std::uint32_t limit = 50;  // 1 to 200
};
struct history_page {
  std::vector<history_entry> entries;  // the newest first
  std::string next_cursor;             // "" on the last page
};

/// What settlements have to look at: tokens of open positions whose market is not recorded, and
/// conditions of open positions or of open settlements; bounded, those first that were longest not
/// looked at is the asker's affair.
struct settlement_work {
  std::vector<uint256> unrecorded;
  std::vector<hash256> conditions;
};

/// One condition as the books have it.
struct settlement_view {
  record_market market;
  settlement row;             // no numerators: it was not opened
  usdc owed;                  // to unpaid positions by `row.payouts`; zero while not opened
  std::int64_t unpaid = 0;    // positions
  std::int64_t at_venue = 0;  // bets and sales in placing
};

/// What all open positions of one token come to: what the venue's accounts should hold of it.
struct token_shares {
  uint256 token;
  share_amount shares;
};

/// One difference that `headroom verify` found.
struct discrepancy {
  std::string what;  // "balance 0xabc...", "liquidity_buffer.usdc_balance"
  std::int64_t stored = 0;
  std::int64_t replayed = 0;
};

}  // namespace headroom
