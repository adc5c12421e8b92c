#pragma once

#include <map>
#include <mutex>
#include <optional>
#include <string>

#include "actors/coin_gauge.hpp"
#include "actors/latency.hpp"
#include "domain/journal.hpp"

namespace headroom::actors {

/// How often something ended in one way, and the USDC it was about. Never falls.
struct money_counter {
  std::atomic<std::uint64_t> count{0};
  std::atomic<std::uint64_t> micro{0};

  void add(usdc amount = {}) noexcept {
    count.fetch_add(1, std::memory_order_relaxed);
    if (amount.micro > 0)
      micro.fetch_add(static_cast<std::uint64_t>(amount.micro), std::memory_order_relaxed);
  }
};

/// What this process did since it started, for /metrics: money by outcome, as the journal committed
/// it, and how long commits and the outside took. An entry that is committed again after an unknown
/// COMMIT counts again; the books do not. Any thread, no lock where money is waiting.
class house_counters {
 public:
  money_counter bets_accepted;  // the amount that was taken
  money_counter bets_filled;    // what the shares cost
  money_counter bets_failed;    // what was given back in full
  money_counter bet_fees;       // what the venue took
  money_counter bet_refunds;    // what filled bets left over
  money_counter deposits_opened;
  money_counter deposits_settled;
  money_counter deposits_credited;
  money_counter deposits_failed;
  money_counter conversions_opened;
  money_counter conversions_completed;  // what arrived
  money_counter conversions_failed;
  money_counter conversions_undone;  // what had arrived, and a reorganisation took back
  money_counter conversion_losses;
  money_counter replenished;
  money_counter sales_sold;  // what users got: proceeds less fee
  money_counter sales_failed;
  money_counter sale_fees;
  money_counter redemptions;         // of resolved markets' shares: what came
  money_counter positions_paid;      // of resolved markets, losers' too
  money_counter settlements_closed;  // what payouts left over

  money_counter withdrawals_requested;  // the whole amount
  money_counter withdrawals_confirmed;  // what arrived
  money_counter withdrawals_failed;     // what was given back
  money_counter withdrawal_fees;        // of those that arrived

  latency_histogram commit;  // one batch of the journal
  latency_histogram venue;   // one HTTP call
  /// One call to a chain's nodes, fail-over included. The reference stays good.
  [[nodiscard]] latency_histogram& rpc(std::uint64_t chain_id);
  template <class Visit>
  void each_rpc(Visit visit) const {
    const std::lock_guard lock{mutex_};
    for (const auto& [chain_id, histogram] : rpc_) visit(chain_id, histogram);
  }

  /// The coin that a wallet pays its gas with, when somebody last looked; `wallet` as its alerts
  /// call it: by its chain, or by chain and account where a chain has several.
  void saw_coin(const std::string& wallet, double coins, timestamp at = {});
  [[nodiscard]] std::map<std::string, coin_gauge::sight> coins() const;
  /// How long they last at what was spent lately; nothing while that is not known.
  [[nodiscard]] std::optional<double> gas_hours_left(const std::string& wallet) const;

  /// The journal committed it.
  void count(const journal_entry& entry) noexcept;

 private:
  mutable std::mutex mutex_;  // guards the maps, not what is in them
  std::map<std::uint64_t, latency_histogram> rpc_;
  coin_gauge coins_;
};

}  // namespace headroom::actors
