#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "chain/polymarket/order.hpp"
#include "domain/venue_verdict.hpp"

/// What the venue's answers mean. The rule: an answer that is made before an order is taken (a 4xx,
/// an unsuccessful 200 without our order) is a definite no unless its words say otherwise;
/// everything else may have happened and is looked up.
namespace headroom::chain::polymarket {

/// How far a refusal reaches beyond its own order.
enum class stop_scope : std::uint8_t {
  none = 0,
  token = 1,        // this market's orders will be refused again; the others may go
  version = 2,      // likewise, and the venue may have changed its protocol: ask it at once
  account = 3,      // no order of ours will be taken until a human looked
  credentials = 4,  // the API key was not accepted, which may pass
};

struct post_answer {
  /// matched: its numbers come from its trades. Or refused, not_now, unknown.
  venue_verdict verdict = venue_verdict::unknown;
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
/// How long an answer asks us to wait, in its header or its body, at most ten minutes; 0: it does
/// not say.
[[nodiscard]] std::chrono::seconds wait_asked_for(const post_reply& r);
/// Classifies the answer to POST /order of the order `hash` (facts/polymarket.md 4.2 and changes
/// 11, 12, 16 to 18).
[[nodiscard]] post_answer read_post_answer(const post_reply& r, const hash256& hash);

enum class order_state : std::uint8_t {
  live = 0,
  matched = 1,
  delayed = 2,
  unmatched = 3,
  canceled = 4,
  invalid = 5,
  other = 6  // a word that we do not know: it may still fill
};
/// GET /data/order/{hash}. The venue writes text behind a status ("CANCELED_order couldn't be fully
/// filled. ..."), and may spell it in any case: the first word counts (changes of 2026-11-29, 11).
/// Its sizes have no certain unit, so only zero and not zero are told apart (11c).
struct venue_order {
  hash256 id;
  order_state state = order_state::live;
  bool something_matched = false;
  std::vector<std::string> trades;  // ids, as far as it names them
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

/// The first word of a status, in capitals and without its prefix: "CANCELED" of
/// "order_status_canceled_order couldn't be filled".
[[nodiscard]] std::string first_word(std::string_view status, std::string_view prefix);

enum class trade_state : std::uint8_t {
  matched = 0,
  mined = 1,
  confirmed = 2,
  retrying = 3,
  failed = 4
};

/// One order's part of a match. Terminal: confirmed, failed. A status that we do not know is
/// `matched`; so is a trade whose numbers cannot be read: it is not final.
struct trade {
  std::string id;
  hash256 order;
  share_amount size;
  usdc price;  // micro per share; more than six decimals are rounded up
  trade_state state = trade_state::matched;
  bool as_taker = true;  // takers pay the fee; an order that the venue let rest may be a maker
};

struct trades_page {
  read_verdict verdict = read_verdict::unreadable;
  std::vector<trade> trades;  // one for the taker's order and one for each maker's
  std::string next_cursor;    // "" after the last page
};
inline constexpr std::string_view first_cursor = "MA==";
/// GET /data/trades. A row that does not say whose it is counts for nobody: what is missing of an
/// order is missed by its money, and nothing is given back on the trades' word alone.
[[nodiscard]] trades_page read_trades_answer(unsigned status, std::string_view body);

/// The trades of one order, each id once: pages repeat rows when a trade lands between them, and
/// may show an older state again. The state that is further along stays.
class trade_set {
 public:
  void add(const trade& t);
  [[nodiscard]] bool empty() const noexcept { return by_id_.empty(); }
  [[nodiscard]] const std::map<std::string, trade>& all() const noexcept { return by_id_; }

 private:
  std::map<std::string, trade> by_id_;
};

/// What an order got by its trades. Cost and fee as the exchange calculates them: floor(size x
/// price), and the fee cut at 5 decimals (changes of 2026-11-29, 1 and 3).
struct fill {
  share_amount shares;  // of what did not fail
  usdc spent;           // likewise; of a SELL: its proceeds
  usdc fee;             // by the schedule that is handed in
  usdc matched;         // money in all trades, failed ones too
  share_amount matched_shares;
  std::size_t open = 0;
  std::size_t confirmed = 0;
  std::size_t failed = 0;
};
/// Nothing when a sum overflows.
[[nodiscard]] std::optional<fill> fill_of(const trade_set& trades, const fee_schedule& fees);

}  // namespace headroom::chain::polymarket
