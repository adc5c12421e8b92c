#pragma once

#include <chrono>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chain/polymarket/order.hpp"

/// What the venue's answers mean. The rule: an answer that is made before an order is taken (a 4xx,
/// an unsuccessful 200 without our order) is a definite no unless its words say otherwise;
/// everything else may have happened and is looked up.
namespace headroom::chain::polymarket {

enum class post_verdict : std::uint8_t {
  matched = 0,      // accepted and matched; the numbers come from its trades
  refused = 1,      // a definite no: nothing was and will be filled by this POST
  unknown = 2,      // it may have happened: look the hash up
  retry_later = 3,  // not accepted for now: the same bytes may be sent again
};

/// How far a refusal reaches beyond its own order.
enum class stop_scope : std::uint8_t {
  none = 0,
  token = 1,        // this market's orders will be refused again; the others may go
  version = 2,      // likewise, and the venue may have changed its protocol: ask it at once
  account = 3,      // no order of ours will be taken until a human looked
  credentials = 4,  // the API key was not accepted, which may pass
};

struct post_answer {
  post_verdict verdict = post_verdict::unknown;
  /// Stable: for example fok_not_filled, insufficient_funds, invalid_amounts, duplicated. For
  /// users, with reasons.hpp's sentence.
  std::string_view reason;
  /// The venue's own words, at most 200 bytes of printable ASCII: for the log only, they name our
  /// account's balances.
  std::string detail;
  stop_scope scope = stop_scope::none;
  std::chrono::seconds retry_after{0};
};
/// The parts of an HTTP answer that count.
struct post_reply {
  unsigned status = 0;
  std::string_view body;
  std::string_view retry_after;  // the header, "" when there is none
  std::int64_t now = 0;          // unix seconds, as the venue's clock shows them
};
/// Classifies the answer to POST /order of the order `hash` (facts/polymarket.md 4.2 and changes
/// 11, 12, 16 to 18).
[[nodiscard]] post_answer read_post_answer(const post_reply& r, const hash256& hash);

enum class order_state : std::uint8_t {
  live = 0,
  matched = 1,
  delayed = 2,
  unmatched = 3,
  canceled = 4,
  invalid = 5
};
/// GET /data/order/{hash}.
struct venue_order {
  hash256 id;
  order_state state = order_state::live;
  uint256 token;
  share_amount original_size;
  share_amount size_matched;
};

/// How a read ended. `absent` proves nothing: killed and filled orders may vanish.
enum class read_verdict : std::uint8_t { found = 0, absent = 1, unreadable = 2, unauthorized = 3 };

struct order_answer {
  read_verdict verdict = read_verdict::unreadable;
  venue_order value;
};
[[nodiscard]] order_answer read_order_answer(unsigned status, std::string_view body);

/// DELETE /order: true when the venue says that it will not fill the order from now on. It may have
/// filled it before, only look-ups tell. Only whole reasons that we know count: "matched" does not,
/// for then nothing but its trades ends the bet.
[[nodiscard]] bool read_cancel_answer(unsigned status, std::string_view body, const hash256& hash);

enum class trade_state : std::uint8_t {
  matched = 0,
  mined = 1,
  confirmed = 2,
  retrying = 3,
  failed = 4
};

/// One match of our order. Terminal: confirmed, failed.
struct trade {
  std::string id;
  hash256 taker_order;
  uint256 token;
  polymarket::side side = side::buy;  // of the taker
  share_amount size;
  usdc price;  // micro per share; more than six decimals are rounded up
  trade_state state = trade_state::matched;
  hash256 tx_hash;  // zero until the venue shows one
  bool as_taker = true;
  struct maker_part {
    hash256 order;
    share_amount matched;
    usdc price;
  };
  std::vector<maker_part> makers;
};

struct trades_page {
  read_verdict verdict = read_verdict::unreadable;
  std::vector<trade> trades;
  std::string next_cursor;  // "" after the last page
};
inline constexpr std::string_view first_cursor = "MA==";
/// GET /data/trades. One trade we cannot read makes the page unreadable.
[[nodiscard]] trades_page read_trades_answer(unsigned status, std::string_view body);

/// What one of our orders got, over all its trades that did not fail.
struct fill {
  share_amount shares;
  usdc spent;          // shares x price, each trade rounded up
  bool final = false;  // all trades are confirmed
  bool any_failed = false;
  std::size_t trades = 0;
};
/// Nothing when a sum overflows. Each trade id counts once.
[[nodiscard]] std::optional<fill> fill_of(std::span<const trade> trades, const hash256& order);

}  // namespace headroom::chain::polymarket
