#include "actors/users.hpp"

namespace headroom::actors {

users::users(std::size_t max_live_bets, std::size_t max_balances, std::size_t max_live_deposits)
    : max_live_bets_{max_live_bets},
      max_balances_{max_balances},
      max_live_deposits_{max_live_deposits} {}

void users::set_factories(spawn_balance balance, spawn_bet bet, spawn_deposit deposit,
                          spawn_sale sale) {
  spawn_balance_ = std::move(balance);
  spawn_bet_ = std::move(bet);
  spawn_deposit_ = std::move(deposit);
  spawn_sale_ = std::move(sale);
}

balance_actor users::balance_of(const address& user) {
  auto& s = balances_[shard_of(user)];
  const std::lock_guard lock{s.mutex};
  if (const auto i = s.handles.find(user); i != s.handles.end()) return i->second.handle;
  if (sealed_.load() || live_balances_.load() >= max_balances_) return {};
  auto handle = spawn_balance_(user);
  s.handles.emplace(user, balance_owner{handle, nullptr});
  ++live_balances_;
  return handle;
}

balance_actor users::find_balance(const address& user) const {
  const auto& s = balances_[shard_of(user)];
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(user);
  return i == s.handles.end() ? balance_actor{} : i->second.handle;
}

void users::show_balance(const address& user, const actor_key& who, actor_card& card) {
  auto& s = balances_[shard_of(user)];
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(user);
  if (i != s.handles.end() && key_of(i->second.handle) == who) i->second.card = &card;
}

std::optional<usdc> users::look_at_balance(const address& user) const {
  const auto& s = balances_[shard_of(user)];
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(user);
  if (i == s.handles.end() || i->second.card == nullptr) return std::nullopt;
  const auto micro = i->second.card->look();
  if (!micro) return std::nullopt;
  return usdc{*micro};
}

void users::forget_balance(const address& user, const actor_key& who) {
  auto& s = balances_[shard_of(user)];
  balance_actor last;  // declared before the lock: the handle is dropped outside of it
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(user);
  if (i == s.handles.end() || key_of(i->second.handle) != who) return;
  last = std::move(i->second.handle);
  s.handles.erase(i);
  --live_balances_;
}

namespace {

template <class Shards, class Id>
auto find_in(const Shards& all, std::size_t at, const Id& id) {
  const auto& s = all[at];
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(id);
  return i == s.handles.end() ? typename decltype(s.handles)::mapped_type{} : i->second;
}

template <class Shards>
auto all_in(const Shards& all) {
  std::vector<typename decltype(all[0].handles)::mapped_type> out;
  for (const auto& s : all) {
    const std::lock_guard lock{s.mutex};
    for (const auto& [id, handle] : s.handles) out.push_back(handle);
  }
  return out;
}

}  // namespace

template <class Id, class Handle, class Spawn>
Handle users::open(shards<Id, Handle>& all, std::atomic<std::size_t>& live, const Spawn& spawn,
                   const Id& id, bool has_room) {
  auto& s = all[shard_of(id)];
  const std::lock_guard lock{s.mutex};
  if (const auto i = s.handles.find(id); i != s.handles.end()) return i->second;
  if (draining() || !has_room) return {};
  auto handle = spawn(id);
  s.handles.emplace(id, handle);
  ++live;
  return handle;
}

template <class Id, class Handle>
void users::forget(shards<Id, Handle>& all, std::atomic<std::size_t>& live, const Id& id,
                   const actor_key& who) {
  auto& s = all[shard_of(id)];
  Handle last;
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(id);
  if (i == s.handles.end() || key_of(i->second) != who) return;
  last = std::move(i->second);
  s.handles.erase(i);
  --live;
}

bet_actor users::open_bet(const bet_id& id) {
  return open(bets_, live_bets_, spawn_bet_, id, has_room_for_orders());
}
bet_actor users::find_bet(const bet_id& id) const { return find_in(bets_, shard_of(id), id); }
void users::forget_bet(const bet_id& id, const actor_key& who) {
  forget(bets_, live_bets_, id, who);
}
std::vector<bet_actor> users::all_bets() const { return all_in(bets_); }

sale_actor users::open_sale(const sale_id& id) {
  return open(sales_, live_sales_, spawn_sale_, id, has_room_for_orders());
}
sale_actor users::find_sale(const sale_id& id) const { return find_in(sales_, shard_of(id), id); }
void users::forget_sale(const sale_id& id, const actor_key& who) {
  forget(sales_, live_sales_, id, who);
}
std::vector<sale_actor> users::all_sales() const { return all_in(sales_); }

withdrawal_actor users::open_withdrawal(const withdrawal_id& id) {
  const bool has_room = spawn_withdrawal_ && live_withdrawals() < most_live_withdrawals;
  return open(withdrawals_, live_withdrawals_, spawn_withdrawal_, id, has_room);
}
withdrawal_actor users::resume_withdrawal(const withdrawal_id& id) {
  const bool has_room = static_cast<bool>(spawn_withdrawal_);
  return open(withdrawals_, live_withdrawals_, spawn_withdrawal_, id, has_room);
}
withdrawal_actor users::find_withdrawal(const withdrawal_id& id) const {
  return find_in(withdrawals_, shard_of(id), id);
}
void users::forget_withdrawal(const withdrawal_id& id, const actor_key& who) {
  forget(withdrawals_, live_withdrawals_, id, who);
}
std::vector<withdrawal_actor> users::all_withdrawals() const { return all_in(withdrawals_); }

std::vector<balance_actor> users::balances_of_part(std::size_t part) const {
  std::vector<balance_actor> out;
  const auto& s = balances_.at(part);
  const std::lock_guard lock{s.mutex};
  out.reserve(s.handles.size());
  for (const auto& [user, owner] : s.handles) out.push_back(owner.handle);
  return out;
}

std::vector<balance_actor> users::all_balances() const {
  std::vector<balance_actor> out;
  for (std::size_t part = 0; part < parts; ++part) {
    auto some = balances_of_part(part);
    out.insert(out.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
  return out;
}

deposit_actor users::open_deposit() {
  const std::lock_guard lock{deposits_mutex_};
  if (draining() || deposits_.size() >= max_live_deposits_) return {};
  return add_deposit();
}

deposit_actor users::resume_deposit() {
  const std::lock_guard lock{deposits_mutex_};
  if (draining()) return {};
  return add_deposit();
}

deposit_actor users::add_deposit() {
  auto handle = spawn_deposit_();
  deposits_.emplace(handle.id(), handle);
  return handle;
}

void users::forget_deposit(caf::actor_id who) {
  deposit_actor last;
  const std::lock_guard lock{deposits_mutex_};
  const auto i = deposits_.find(who);
  if (i == deposits_.end()) return;
  last = std::move(i->second);
  deposits_.erase(i);
}

std::vector<deposit_actor> users::all_deposits() const {
  std::vector<deposit_actor> out;
  const std::lock_guard lock{deposits_mutex_};
  for (const auto& [id, handle] : deposits_) out.push_back(handle);
  return out;
}

void users::seal() {
  draining_.store(true);
  sealed_.store(true);
  // Whoever was spawning when it was set has put its actor into the list once we got each lock.
  for (const auto& s : balances_) const std::lock_guard lock{s.mutex};
  for (const auto& s : bets_) const std::lock_guard lock{s.mutex};
  for (const auto& s : sales_) const std::lock_guard lock{s.mutex};
  for (const auto& s : withdrawals_) const std::lock_guard lock{s.mutex};
  const std::lock_guard lock{deposits_mutex_};
}

void users::close() {
  seal();
  // Moved out under the lock, dropped outside of it: an actor's end comes back to forget_*.
  const auto let_go = [](auto& all, std::atomic<std::size_t>& live) {
    for (auto& s : all) {
      decltype(s.handles) last;
      const std::lock_guard lock{s.mutex};
      last.swap(s.handles);
      live -= last.size();
    }
  };
  let_go(bets_, live_bets_);
  let_go(sales_, live_sales_);
  let_go(withdrawals_, live_withdrawals_);
  let_go(balances_, live_balances_);
  decltype(deposits_) deposits;
  const std::lock_guard lock{deposits_mutex_};
  deposits.swap(deposits_);
}

}  // namespace headroom::actors
