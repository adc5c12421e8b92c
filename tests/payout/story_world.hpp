#pragma once

#include <array>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "domain/journal.hpp"
#include "domain/order_kind.hpp"
#include "tests/support/passing_actors.hpp"

/// What is outside the service and survives its crashes: the venue and the chain, with a record of
/// their own of what really happened, in plain integers. What the books must be is computed from
/// here (recomputation.hpp) and from nothing else.
namespace headroom::test {

inline constexpr std::int64_t story_begins_us = 1'800'000'000'000'000;
inline constexpr std::size_t account_count = 2;

/// How large a story is, and how it begins.
struct story_scale {
  std::uint64_t seed = 1;
  std::size_t bets = 10'000;
  std::size_t markets = 200;
  std::size_t neg_risk = 50;  // of them
  std::size_t split = 10;     // of them, neither won nor lost
  std::size_t users = 300;
  std::size_t crashes = 3;  // of the whole service
};

struct story_market {
  record_market row;  // as the venue describes it
  std::vector<std::uint64_t> numerators;
  std::uint64_t denominator = 1;
  std::size_t account = 0;  // whose orders trade it
  std::size_t bets = 0;     // asked for, and not refused
  timestamp reported_at;    // on chain; the venue matches nothing any more
  timestamp final_at;       // that block is final
  [[nodiscard]] bool is_reported(timestamp now) const {
    return reported_at.is_set() && reported_at <= now;
  }
};

/// One order that the venue signed for, and what it really came to.
struct venue_order {
  address user;
  std::size_t market = 0;
  std::size_t slot = 0;
  order_side side = order_side::buy;
  order_fill fill = order_fill::whole;
  std::int64_t asked = 0;    // a BUY's whole amount with its fee; the shares of a SELL
  std::int64_t money = 0;    // of a BUY, at most
  std::int64_t limit = 0;    // micro-USDC per share
  std::int64_t max_fee = 0;  // of a BUY

  // What it came to.
  std::int64_t shares = 0;
  std::int64_t paid = 0;  // for them, the fee apart
  std::int64_t fee = 0;

  // How it goes, and how it is shown.
  std::uint32_t posts = 0;
  bool dead = false;      // nothing of it will fill any more
  bool waits = false;     // will be matched, if it is not dead by then
  bool unseen = false;    // on its way to the venue meanwhile
  bool fails = false;     // it matched, and its trades failed on chain
  timestamp filled_at{};  // its tokens move
  timestamp shown_from{};
  timestamp matched_until{};
  timestamp over_until{};  // called over, although it filled
};

/// One redeeming transaction.
struct redeeming {
  std::size_t market = 0;
  std::size_t account = 0;
  hash256 tx_hash;
  bool mined = false;
  timestamp final_at{};
  std::int64_t received = 0;
  std::vector<std::int64_t> burned;
};

/// Probabilities in 1/1000.
struct story_faults {
  unsigned refuse = 100;
  unsigned refuse_inconclusive = 30;
  unsigned lost_before = 40;  // the venue never saw it, we do not know
  unsigned lost_after = 40;   // the venue took it, we do not know
  unsigned not_now = 30;
  unsigned delayed = 70;          // the venue holds it for a while
  unsigned on_its_way = 25;       // lost, and arrives a while later all the same
  unsigned trades_fail = 30;      // matched, and nothing comes of it
  unsigned moved_late = 40;       // matched, its tokens come much later
  unsigned shown_late = 120;      // look-ups do not show it for up to 8 s
  unsigned called_matched = 150;  // for up to 6 s, before it is final
  unsigned called_over = 20;      // it is called over for a while, and was filled
  unsigned overcharged = 4;       // more than was reserved
  unsigned late_answer = 100;     // up to 5 s
  unsigned never = 6;             // forgets the question
  unsigned blind = 60;            // cannot tell
  unsigned redeem_refuses = 100;
  unsigned redeem_lost = 150;       // sent, and the answer is lost
  unsigned redeem_swallowed = 100;  // not sent, whatever was said
  unsigned redeem_slow = 100;
};

struct story_world {
  explicit story_world(const story_scale& scale);

  std::mt19937_64 rng;
  story_faults faults;
  std::vector<story_market> markets;
  std::map<uint256, std::pair<std::size_t, std::size_t>> tokens;  // market and slot
  std::map<hash256, std::size_t> conditions;
  std::array<address, account_count> accounts;

  std::map<hash256, venue_order> orders;  // every order that was ever signed
  struct quoted {
    address user;
    std::int64_t amount = 0;
  };
  std::map<std::int64_t, quoted> quotes;  // not signed yet, by their number
  std::int64_t quote_count = 0;

  std::array<std::map<uint256, std::int64_t>, account_count> held;
  std::map<operation_id, redeeming> redeemings;
  std::string broken;  // what must never happen outside, either

  passing_actors helpers;

  bool chance(unsigned per_mille) { return rng() % 1000 < per_mille; }
  std::int64_t between(std::int64_t least, std::int64_t most);
  timestamp within(timestamp now, std::int64_t least_ms, std::int64_t most_ms);

  /// Events happen in the order of their times, when somebody looks.
  void at(timestamp when, std::function<void()> what) { due_.emplace(when, std::move(what)); }
  void advance(timestamp now);

 private:
  std::multimap<timestamp, std::function<void()>> due_;
};

/// The n-th user.
address story_user(std::size_t n);

}  // namespace headroom::test
