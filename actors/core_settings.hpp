#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "actors/withdrawal_settings.hpp"
#include "domain/money.hpp"
#include "domain/money_source.hpp"
#include "domain/placement.hpp"
#include "domain/pricing.hpp"
#include "domain/route_choice.hpp"

/// Bounds and rhythms of the core, by actor. Defaults are for production and stand here alone;
/// config/ gives them names, units and bounds.
namespace headroom::actors {

/// How long an actor waits for a neighbour.
struct patience_settings {
  std::chrono::milliseconds load{5'000};     // a row, or what a chain says of one thing
  std::chrono::milliseconds append{30'000};  // a rare entry; bets wait for the journal itself
};

struct journal_settings {
  std::size_t queue = 16'384;           // entries waiting before `overloaded`
  std::size_t batch = 4'096;            // entries of one transaction at most
  std::chrono::milliseconds retry{50};  // first wait while the store is away, doubles to 2 s
};

struct buffer_settings {
  std::chrono::milliseconds tick{5'000};      // refill, recommended size, forecast, low alert
  inventory_marks marks{};                    // zero: follow from the buffer's limits
  std::chrono::milliseconds history{60'000};  // between rows of it; zero: none is kept
};

struct balance_settings {
  std::size_t max_live = 250'000;          // awake at once
  std::chrono::milliseconds idle{60'000};  // then one leaves
};

struct bet_settings {
  std::size_t max_live = 8'192;               // in progress
  std::chrono::milliseconds overdue{60'000};  // the venue's or an owner's answer is lost by then
  placement::limits placing;
  /// From its deadline on; a bet that is open then is a human's business.
  std::chrono::milliseconds unresolved_after{600'000};
};

struct deposit_settings {
  std::size_t max_live = 1'024;             // x402 payments in progress
  std::chrono::milliseconds answer{8'000};  // how long a payer waits for the chain before a 202
  deposit_pricing pricing{};                // of new ones; each keeps its own
  std::map<money_source, std::uint32_t> rates{};  // of sources, in bps; others': that of `pricing`

  [[nodiscard]] deposit_pricing pricing_of(const money_source& source) const {
    auto out = pricing;
    if (const auto i = rates.find(source); i != rates.end()) out.rate_bps = i->second;
    return out;
  }
};

struct conversion_settings {
  std::string route = "oft_uniswap";  // of new conversions where `routes` is empty
  std::vector<route_terms> routes{};  // those of new conversions; running ones keep theirs
  usdc minimum = 1_usdc;              // smaller sums wait for company
  std::uint32_t most_deposits = 200;  // in one conversion
  std::uint32_t at_once = 4;          // on one route
  std::chrono::milliseconds longest_wait{3'600'000};     // for company
  std::chrono::milliseconds wait_below_target{300'000};  // likewise, below the buffer's target
  std::chrono::milliseconds choice{5'000};               // all routes' answers before a choice
  std::chrono::milliseconds choose_again{15'000};        // after one that found none
  std::chrono::milliseconds route_look{60'000};  // between looks at routes that nobody chooses
  std::chrono::milliseconds poll{1'000};
  std::chrono::milliseconds call_interval{5'000};  // one that waits asks the chains no oftener
  std::chrono::milliseconds step_timeout{30'000};  // one answer of a route
  std::chrono::milliseconds stuck_after{300'000};  // without progress: looked at anew
  std::uint32_t attempts = 6;  // that fail `attempts_within`: then it is held for an operator
  std::chrono::milliseconds attempts_within{3'600'000};
  std::chrono::milliseconds retry{5'000};  // after a failed attempt; doubles with each
  std::chrono::milliseconds longest_retry{600'000};
  std::chrono::milliseconds alert_after{60'000};   // held or unreadable so long: a human
  std::chrono::milliseconds undone_after{60'000};  // no node shows what was done: it is undone
};

struct settlement_settings {
  std::chrono::milliseconds poll{30'000};            // for work; one under way is asked so often
  std::chrono::milliseconds look_interval{300'000};  // one condition is looked at no oftener
  std::chrono::milliseconds step_timeout{60'000};    // one answer about a condition
  std::chrono::milliseconds alert_after{900'000};    // unreadable so long: a human
  std::uint32_t page = 500;                          // of conditions, and of tokens, read at once
  std::uint32_t at_once = 8;                         // conditions being looked at
  std::uint32_t slice = 25;                          // positions paid at once
  std::chrono::milliseconds slice_pause{10};         // between slices: the journal's for bets
  usdc surplus = 1_usdc;  // received above what is owed: a human hears of more
};

struct guardian_settings {
  std::uint32_t restarts_per_minute = 5;     // of one component, before the process gives up
  std::uint32_t deposits_recovered = 2'000;  // unsettled payments resumed at once after a start
  std::chrono::milliseconds drain{10'000};   // how long a stop waits for bets in progress
  /// Of an ordered stop: how long the journal's last commits may take, and how long the ends of all
  /// components together. A blocked one ends when its statement does (10 s in persistence/).
  std::chrono::milliseconds stop_step{15'000};
};

struct core_settings {
  patience_settings patience;
  journal_settings journal;
  buffer_settings buffer;
  balance_settings balance;
  bet_settings bet;
  deposit_settings deposit;
  conversion_settings conversion;
  settlement_settings settlement;
  withdrawal_settings withdrawal;
  guardian_settings guardian;
};

}  // namespace headroom::actors
