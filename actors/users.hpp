#pragma once

#include <array>
#include <atomic>
#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <vector>

#include "actors/actor_key.hpp"
#include "actors/actors.hpp"
#include "actors/registry.hpp"

namespace headroom::actors {

/// What belongs to users: who owns a balance, the bets, sales and payments in progress. The one
/// door through which a handle on another node can come, so the only place that knows how long a
/// request to an owner may take. Thread-safe; sharded by user and by bet.
class users {
 public:
  using spawn_balance = std::function<balance_actor(const address&)>;
  using spawn_bet = std::function<bet_actor(const bet_id&)>;
  using spawn_deposit = std::function<deposit_actor()>;
  using spawn_sale = std::function<sale_actor(const sale_id&)>;
  using spawn_withdrawal = std::function<withdrawal_actor(const withdrawal_id&)>;

  static constexpr std::size_t parts = 64;
  /// Open withdrawals that a request may add to; those may wait for an operator for days.
  static constexpr std::size_t most_live_withdrawals = 4'096;
  /// An owner on this node answers or dies; of one elsewhere nobody may hear again.
  static constexpr std::chrono::milliseconds longest_hop{3'000};

  /// Bounds of what callers can make this process hold.
  users(std::size_t max_live_bets, std::size_t max_balances, std::size_t max_live_deposits);

  /// Factories, set once before the first use.
  void set_factories(spawn_balance balance, spawn_bet bet, spawn_deposit deposit, spawn_sale sale);

  /// Without it no withdrawal is opened.
  void set_withdrawal_factory(spawn_withdrawal spawn) { spawn_withdrawal_ = std::move(spawn); }

  // -- balances --------------------------------------------------------------------------------

  /// The user's actor, spawned when nobody owns the balance yet. Empty when `max_balances` are
  /// awake (idle ones leave by themselves) and once sealed.
  [[nodiscard]] balance_actor balance_of(const address& user);
  /// The user's actor if there is one; does not spawn.
  [[nodiscard]] balance_actor find_balance(const address& user) const;
  /// Called by a balance actor that leaves; ignored when `who` is no longer the owner.
  void forget_balance(const address& user, const actor_key& who);
  [[nodiscard]] std::size_t balance_count() const noexcept { return live_balances_.load(); }
  /// From now on what `card` shows is the user's available balance. `card` is the balance actor's
  /// own and lives as long as its handle here; ignored when `who` is not the owner.
  void show_balance(const address& user, const actor_key& who, actor_card& card);
  /// What the user's actor would answer to `get`, without asking it. Nothing when it is not awake
  /// or has something to do first: ask, then.
  [[nodiscard]] std::optional<usdc> look_at_balance(const address& user) const;
  [[nodiscard]] std::vector<balance_actor> all_balances() const;
  /// Those of one of `parts`: who speaks to all need not do it at once.
  [[nodiscard]] std::vector<balance_actor> balances_of_part(std::size_t part) const;

  /// How long a request to an owner is waited for.
  template <class Owner>
  [[nodiscard]] static caf::duration patience_with(const Owner& owner) {
    const bool here = owner.node() == owner.home_system().node();
    return here ? caf::duration{caf::infinite} : caf::duration{longest_hop};
  }

  // -- bets in progress ------------------------------------------------------------------------

  /// The actor of this bet: the live one, or a new one. No new one (then empty) when
  /// `max_live_bets` are in progress, or draining.
  [[nodiscard]] bet_actor open_bet(const bet_id& id);
  [[nodiscard]] bet_actor find_bet(const bet_id& id) const;
  void forget_bet(const bet_id& id, const actor_key& who);
  [[nodiscard]] std::size_t live_bets() const noexcept { return live_bets_.load(); }
  [[nodiscard]] std::vector<bet_actor> all_bets() const;

  // -- sales in progress: as bets, and within the same bound -------------------------------------

  [[nodiscard]] sale_actor open_sale(const sale_id& id);
  [[nodiscard]] sale_actor find_sale(const sale_id& id) const;
  void forget_sale(const sale_id& id, const actor_key& who);
  [[nodiscard]] std::size_t live_sales() const noexcept { return live_sales_.load(); }
  [[nodiscard]] std::vector<sale_actor> all_sales() const;

  // -- withdrawals in progress -------------------------------------------------------------------

  /// The actor of this withdrawal: the live one, or a new one. No new one (then empty) when
  /// `most_live_withdrawals` are in progress, or draining.
  [[nodiscard]] withdrawal_actor open_withdrawal(const withdrawal_id& id);
  /// The same for one that is in the books already: always let in, unless draining.
  [[nodiscard]] withdrawal_actor resume_withdrawal(const withdrawal_id& id);
  [[nodiscard]] withdrawal_actor find_withdrawal(const withdrawal_id& id) const;
  void forget_withdrawal(const withdrawal_id& id, const actor_key& who);
  [[nodiscard]] std::size_t live_withdrawals() const noexcept { return live_withdrawals_.load(); }
  [[nodiscard]] std::vector<withdrawal_actor> all_withdrawals() const;

  // -- payments in progress --------------------------------------------------------------------

  /// A fresh actor for one x402 payment. Empty when `max_live_deposits` are in progress, or
  /// draining.
  [[nodiscard]] deposit_actor open_deposit();
  /// A fresh actor for a payment that is in the books already: always let in, unless draining: then
  /// the next start finds it.
  [[nodiscard]] deposit_actor resume_deposit();
  void forget_deposit(caf::actor_id who);  // payments are followed where they came in
  [[nodiscard]] std::vector<deposit_actor> all_deposits() const;

  // -- the end ---------------------------------------------------------------------------------

  /// Set once when the service drains: no new bet or deposit is opened, nor taken up again.
  [[nodiscard]] bool draining() const noexcept { return draining_.load(); }
  void drain() noexcept { draining_.store(true); }
  /// Nobody is spawned any more, whoever asks: a list of actors taken after it is whole. Draining
  /// comes before it, since bets on their way still need balances.
  void seal();
  /// Seals and lets go of every handle.
  void close();

 private:
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
    return std::hash<Key>{}(key) % parts;
  }
  deposit_actor add_deposit();  // with deposits_mutex_ held
  template <class Id, class Handle>
  using shards = std::array<shard<Id, Handle>, parts>;
  template <class Id, class Handle, class Spawn>
  Handle open(shards<Id, Handle>& all, std::atomic<std::size_t>& live, const Spawn& spawn,
              const Id& id, bool has_room);
  [[nodiscard]] bool has_room_for_orders() const noexcept {
    return live_bets() + live_sales() < max_live_bets_;
  }
  template <class Id, class Handle>
  static void forget(shards<Id, Handle>& all, std::atomic<std::size_t>& live, const Id& id,
                     const actor_key& who);

  spawn_balance spawn_balance_;
  spawn_bet spawn_bet_;
  spawn_deposit spawn_deposit_;
  spawn_sale spawn_sale_;
  spawn_withdrawal spawn_withdrawal_;
  std::array<shard<address, balance_owner>, parts> balances_;
  shards<bet_id, bet_actor> bets_;
  shards<sale_id, sale_actor> sales_;
  shards<withdrawal_id, withdrawal_actor> withdrawals_;
  mutable std::mutex deposits_mutex_;
  std::unordered_map<caf::actor_id, deposit_actor> deposits_;
  std::size_t max_live_bets_;
  std::size_t max_balances_;
  std::size_t max_live_deposits_;
  std::atomic<std::size_t> live_bets_{0};
  std::atomic<std::size_t> live_sales_{0};
  std::atomic<std::size_t> live_withdrawals_{0};
  std::atomic<std::size_t> live_balances_{0};
  std::atomic<bool> draining_{false};
  std::atomic<bool> sealed_{false};  // read under a shard's mutex
};

}  // namespace headroom::actors
