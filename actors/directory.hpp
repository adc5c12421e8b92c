#pragma once

#include <array>
#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <tuple>
#include <unordered_map>

#include "actors/actors.hpp"
#include "actors/registry.hpp"
#include "actors/venue_gauge.hpp"

namespace headroom::actors {

class alert_board;
class house_counters;
class log_limit;

/// The one place to get a handle from, so that a handle may change (restart) or live on another
/// node. Thread-safe. The handle of a singleton is empty from the moment the guardian hears of its
/// end until it is started again: a caller answers `unavailable` or asks again a little later.
class directory {
 public:
  using spawn_balance = std::function<balance_actor(const address&)>;
  using spawn_bet = std::function<bet_actor(const bet_id&)>;
  using spawn_deposit = std::function<deposit_actor()>;

  static constexpr std::size_t balance_parts = 64;

  /// Bounds of what callers can make this process hold.
  explicit directory(std::size_t max_live_bets, std::size_t max_balances = 250'000,
                     std::size_t max_live_deposits = 1024);
  ~directory();

  // -- singletons ------------------------------------------------------------------------------

  template <class Handle>
  [[nodiscard]] Handle get() const {
    const std::lock_guard lock{singletons_mutex_};
    return std::get<Handle>(singletons_);
  }
  template <class Handle>
  void set(Handle handle) {
    const std::lock_guard lock{singletons_mutex_};
    std::get<Handle>(singletons_) = std::move(handle);
  }
  /// Reads for the HTTP front, with a connection of their own: a slow list holds up no money. The
  /// house's own reads go to get<query_actor>().
  [[nodiscard]] query_actor public_query() const;
  void set_public_query(query_actor handle);
  /// Reports that read much, with a connection of their own again: they hold up no other read.
  [[nodiscard]] query_actor reports() const;
  void set_reports(query_actor handle);
  /// Each account has a nonce on each chain, and one wallet that owns it.
  [[nodiscard]] wallet_actor wallet(const wallet_account& who) const;
  void set_wallet(const wallet_account& who, wallet_actor handle);
  /// The wallet that sends, and pays for, what users signed on this chain.
  [[nodiscard]] wallet_actor relayer(std::uint64_t chain_id) const;
  void set_relayer(const wallet_account& who);

  /// A route by its name, which conversions store; empty while it is started anew, and for a name
  /// that is none of `route_names`.
  [[nodiscard]] route_actor route(const std::string& name) const;
  void set_route(const std::string& name, route_actor handle);
  /// Of every route of this process, also of one that is being started anew.
  [[nodiscard]] std::vector<std::string> route_names() const;

  /// Takes the handle of a singleton that ended out; ignored when another took its place.
  void forget(caf::actor_id who);

  /// Factories, set once before the first use.
  void set_factories(spawn_balance balance, spawn_bet bet, spawn_deposit deposit);

  // -- users' balances -------------------------------------------------------------------------

  /// The user's actor, spawned when nobody owns the balance yet. Empty when `max_balances` are
  /// awake (idle ones leave by themselves) and once sealed.
  [[nodiscard]] balance_actor balance_of(const address& user);
  /// The user's actor if there is one; does not spawn.
  [[nodiscard]] balance_actor find_balance(const address& user) const;
  /// Called by a balance actor that leaves; ignored when `who` is no longer the owner.
  void forget_balance(const address& user, caf::actor_id who);
  [[nodiscard]] std::size_t balance_count() const noexcept { return live_balances_.load(); }
  /// From now on what `card` shows is the user's available balance. `card` is the balance actor's
  /// own and lives as long as its handle here; ignored when `who` is not the owner.
  void show_balance(const address& user, caf::actor_id who, actor_card& card);
  /// What the user's actor would answer to `get`, without asking it. Nothing when it is not awake
  /// or has something to do first: ask, then.
  [[nodiscard]] std::optional<usdc> look_at_balance(const address& user) const;

  // -- bets in progress ------------------------------------------------------------------------

  /// The actor of this bet: the live one, or a new one. No new one (then empty) when
  /// `max_live_bets` are in progress, or draining.
  [[nodiscard]] bet_actor open_bet(const bet_id& id);
  [[nodiscard]] bet_actor find_bet(const bet_id& id) const;
  void forget_bet(const bet_id& id, caf::actor_id who);
  [[nodiscard]] std::size_t live_bets() const noexcept { return live_bets_.load(); }
  [[nodiscard]] std::vector<bet_actor> all_bets() const;

  [[nodiscard]] std::vector<balance_actor> all_balances() const;
  /// Those of one part of `balance_parts`: who speaks to all need not do it at once.
  [[nodiscard]] std::vector<balance_actor> balances_of_part(std::size_t part) const;

  // -- payments in progress --------------------------------------------------------------------

  /// A fresh actor for one x402 payment. Empty when `max_live_deposits` are in progress, or
  /// draining.
  [[nodiscard]] deposit_actor open_deposit();
  /// A fresh actor for a payment that is in the books already: always let in, unless draining: then
  /// the next start finds it.
  [[nodiscard]] deposit_actor resume_deposit();
  void forget_deposit(caf::actor_id who);
  [[nodiscard]] std::vector<deposit_actor> all_deposits() const;

  // -- what a human should know (actors/alerts.hpp) ---------------------------------------------

  [[nodiscard]] alert_board& alerts() const noexcept { return *alerts_; }
  /// Keeps lines apart that many actors would write for one cause (actors/log_limit.hpp).
  [[nodiscard]] log_limit& lines() const noexcept { return *lines_; }

  // -- what happened since the start (actors/house_counters.hpp) --------------------------------

  [[nodiscard]] house_counters& counters() const noexcept { return *counters_; }

  // -- the end ---------------------------------------------------------------------------------

  /// Nobody is spawned any more, whoever asks: a list of actors taken after it is whole. Draining
  /// comes before it, since bets on their way still need balances.
  void seal();
  /// Lets go of every handle, so that the directory may outlive the actor system. Seals.
  void close();

  // -- gauges ----------------------------------------------------------------------------------

  /// What the buffer could pay now; written by the buffer's owner alone, read by everyone. Nothing
  /// while there is no owner that has read the books.
  [[nodiscard]] std::optional<usdc> buffer_available() const noexcept {
    const auto micro = buffer_available_.load(std::memory_order_acquire);
    if (micro == buffer_unknown) return std::nullopt;
    return usdc{micro};
  }
  void forget_buffer_available() noexcept { buffer_available_.store(buffer_unknown); }
  void publish_buffer_available(usdc amount) noexcept {
    buffer_available_.store(amount.micro, std::memory_order_release);
  }
  /// Whether the venue takes bets now; written by the venue's actor alone, read by everyone.
  [[nodiscard]] venue_gauge& venue_state() noexcept { return venue_state_; }
  [[nodiscard]] const venue_gauge& venue_state() const noexcept { return venue_state_; }
  /// Set once when the service drains: no new bet or deposit is opened, nor taken up again.
  [[nodiscard]] bool draining() const noexcept { return draining_.load(); }
  void drain() noexcept { draining_.store(true); }

 private:
  deposit_actor add_deposit();  // with deposits_mutex_ held

  static constexpr std::size_t shards = balance_parts;
  static constexpr std::int64_t buffer_unknown = -1;
  struct balance_owner {
    balance_actor handle;
    actor_card* card = nullptr;  // once it shows something
  };
  template <class Key, class Handle>
  struct shard {
    mutable std::mutex mutex;
    std::unordered_map<Key, Handle> handles;
  };
  template <class Key>
  [[nodiscard]] static std::size_t shard_of(const Key& key) {
    return std::hash<Key>{}(key) % shards;
  }

  std::unique_ptr<alert_board> alerts_;
  std::unique_ptr<log_limit> lines_;
  std::unique_ptr<house_counters> counters_;
  mutable std::mutex singletons_mutex_;
  std::tuple<buffer_actor, journal_actor, venue_actor, payment_actor, conversion_actor, query_actor,
             audit_actor, inspector_actor, guardian_actor, signature_actor>
      singletons_;
  query_actor public_query_;
  query_actor reports_;
  std::map<wallet_account, wallet_actor> wallets_;
  std::map<std::uint64_t, address> relayers_;  // by chain
  std::map<std::string, route_actor> routes_;  // by name
  spawn_balance spawn_balance_;
  spawn_bet spawn_bet_;
  spawn_deposit spawn_deposit_;
  std::array<shard<address, balance_owner>, shards> balances_;
  std::array<shard<bet_id, bet_actor>, shards> bets_;
  mutable std::mutex deposits_mutex_;
  std::unordered_map<caf::actor_id, deposit_actor> deposits_;
  std::size_t max_live_bets_;
  std::size_t max_balances_;
  std::size_t max_live_deposits_;
  std::atomic<std::size_t> live_bets_{0};
  std::atomic<std::size_t> live_balances_{0};
  std::atomic<std::int64_t> buffer_available_{buffer_unknown};
  venue_gauge venue_state_;
  std::atomic<bool> draining_{false};
  std::atomic<bool> sealed_{false};  // read under a shard's mutex
};

}  // namespace headroom::actors
