#include "actors/directory.hpp"

#include <caf/actor_cast.hpp>

#include "actors/alerts.hpp"
#include "actors/house_counters.hpp"
#include "actors/log_limit.hpp"

namespace headroom::actors {
namespace {

template <class Handle>
caf::actor_id id_of(const Handle& handle) {
  return handle ? handle.id() : 0;
}

template <class Key, class Handle>
Handle found_in(const std::map<Key, Handle>& all, const Key& key) {
  const auto i = all.find(key);
  return i == all.end() ? Handle{} : i->second;
}

}  // namespace

directory::directory(std::size_t max_live_bets, std::size_t max_balances,
                     std::size_t max_live_deposits)
    : alerts_{std::make_unique<alert_board>()},
      lines_{std::make_unique<log_limit>()},
      counters_{std::make_unique<house_counters>()},
      max_live_bets_{max_live_bets},
      max_balances_{max_balances},
      max_live_deposits_{max_live_deposits} {}

directory::~directory() = default;

query_actor directory::public_query() const {
  const std::lock_guard lock{singletons_mutex_};
  return public_query_;
}

void directory::set_public_query(query_actor handle) {
  const std::lock_guard lock{singletons_mutex_};
  public_query_ = std::move(handle);
}

query_actor directory::reports() const {
  const std::lock_guard lock{singletons_mutex_};
  return reports_;
}

void directory::set_reports(query_actor handle) {
  const std::lock_guard lock{singletons_mutex_};
  reports_ = std::move(handle);
}

wallet_actor directory::wallet(const wallet_account& who) const {
  const std::lock_guard lock{singletons_mutex_};
  return found_in(wallets_, who);
}

void directory::set_wallet(const wallet_account& who, wallet_actor handle) {
  const std::lock_guard lock{singletons_mutex_};
  wallets_[who] = std::move(handle);
}

wallet_actor directory::relayer(std::uint64_t chain_id) const {
  const std::lock_guard lock{singletons_mutex_};
  const auto i = relayers_.find(chain_id);
  return i == relayers_.end() ? wallet_actor{} : found_in(wallets_, {chain_id, i->second});
}

void directory::set_relayer(const wallet_account& who) {
  const std::lock_guard lock{singletons_mutex_};
  relayers_[who.chain_id] = who.account;
}

route_actor directory::route(const std::string& name) const {
  const std::lock_guard lock{singletons_mutex_};
  return found_in(routes_, name);
}

void directory::set_route(const std::string& name, route_actor handle) {
  const std::lock_guard lock{singletons_mutex_};
  routes_[name] = std::move(handle);
}

std::vector<std::string> directory::route_names() const {
  const std::lock_guard lock{singletons_mutex_};
  std::vector<std::string> out;
  for (const auto& [name, handle] : routes_) out.push_back(name);
  return out;
}

void directory::forget(caf::actor_id who) {
  caf::strong_actor_ptr last;  // declared before the lock: the handle is dropped outside of it
  const std::lock_guard lock{singletons_mutex_};
  const auto leave = [&](auto& handle) {
    if (id_of(handle) == who)
      last = caf::actor_cast<caf::strong_actor_ptr>(std::exchange(handle, {}));
  };
  std::apply([&](auto&... handles) { (leave(handles), ...); }, singletons_);
  leave(public_query_);
  leave(reports_);
  for (auto& [who_owns, handle] : wallets_) leave(handle);
  for (auto& [name, handle] : routes_) leave(handle);
}

void directory::seal() {
  draining_.store(true);
  sealed_.store(true);
  // Whoever was spawning when it was set has put its actor into the list once we got each lock.
  for (const auto& s : balances_) const std::lock_guard lock{s.mutex};
  for (const auto& s : bets_) const std::lock_guard lock{s.mutex};
  const std::lock_guard lock{deposits_mutex_};
}

void directory::close() {
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
  let_go(balances_, live_balances_);
  decltype(deposits_) deposits;
  decltype(singletons_) singletons;
  decltype(wallets_) wallets;
  decltype(routes_) routes;
  query_actor query;
  query_actor reports;
  {
    const std::lock_guard lock{deposits_mutex_};
    deposits.swap(deposits_);
  }
  const std::lock_guard lock{singletons_mutex_};
  singletons.swap(singletons_);
  wallets.swap(wallets_);
  routes.swap(routes_);
  std::swap(query, public_query_);
  std::swap(reports, reports_);
}

void directory::set_factories(spawn_balance balance, spawn_bet bet, spawn_deposit deposit) {
  spawn_balance_ = std::move(balance);
  spawn_bet_ = std::move(bet);
  spawn_deposit_ = std::move(deposit);
}

balance_actor directory::balance_of(const address& user) {
  auto& s = balances_[shard_of(user)];
  const std::lock_guard lock{s.mutex};
  if (const auto i = s.handles.find(user); i != s.handles.end()) return i->second.handle;
  if (sealed_.load() || live_balances_.load() >= max_balances_) return {};
  auto handle = spawn_balance_(user);
  s.handles.emplace(user, balance_owner{handle, nullptr});
  ++live_balances_;
  return handle;
}

balance_actor directory::find_balance(const address& user) const {
  const auto& s = balances_[shard_of(user)];
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(user);
  return i == s.handles.end() ? balance_actor{} : i->second.handle;
}

void directory::show_balance(const address& user, caf::actor_id who, actor_card& card) {
  auto& s = balances_[shard_of(user)];
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(user);
  if (i != s.handles.end() && id_of(i->second.handle) == who) i->second.card = &card;
}

std::optional<usdc> directory::look_at_balance(const address& user) const {
  const auto& s = balances_[shard_of(user)];
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(user);
  if (i == s.handles.end() || i->second.card == nullptr) return std::nullopt;
  const auto micro = i->second.card->look();
  if (!micro) return std::nullopt;
  return usdc{*micro};
}

void directory::forget_balance(const address& user, caf::actor_id who) {
  auto& s = balances_[shard_of(user)];
  balance_actor last;  // declared before the lock: the handle is dropped outside of it
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(user);
  if (i == s.handles.end() || id_of(i->second.handle) != who) return;
  last = std::move(i->second.handle);
  s.handles.erase(i);
  --live_balances_;
}

bet_actor directory::open_bet(const bet_id& id) {
  auto& s = bets_[shard_of(id)];
  const std::lock_guard lock{s.mutex};
  if (const auto i = s.handles.find(id); i != s.handles.end()) return i->second;
  if (draining() || live_bets_.load() >= max_live_bets_) return {};
  auto handle = spawn_bet_(id);
  s.handles.emplace(id, handle);
  ++live_bets_;
  return handle;
}

bet_actor directory::find_bet(const bet_id& id) const {
  const auto& s = bets_[shard_of(id)];
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(id);
  return i == s.handles.end() ? bet_actor{} : i->second;
}

void directory::forget_bet(const bet_id& id, caf::actor_id who) {
  auto& s = bets_[shard_of(id)];
  bet_actor last;
  const std::lock_guard lock{s.mutex};
  const auto i = s.handles.find(id);
  if (i == s.handles.end() || id_of(i->second) != who) return;
  last = std::move(i->second);
  s.handles.erase(i);
  --live_bets_;
}

std::vector<bet_actor> directory::all_bets() const {
  std::vector<bet_actor> out;
  for (const auto& s : bets_) {
    const std::lock_guard lock{s.mutex};
    for (const auto& [id, handle] : s.handles) out.push_back(handle);
  }
  return out;
}

std::vector<balance_actor> directory::balances_of_part(std::size_t part) const {
  std::vector<balance_actor> out;
  const auto& s = balances_.at(part);
  const std::lock_guard lock{s.mutex};
  out.reserve(s.handles.size());
  for (const auto& [user, owner] : s.handles) out.push_back(owner.handle);
  return out;
}

std::vector<balance_actor> directory::all_balances() const {
  std::vector<balance_actor> out;
  for (std::size_t part = 0; part < balance_parts; ++part) {
    auto some = balances_of_part(part);
    out.insert(out.end(), std::make_move_iterator(some.begin()),
               std::make_move_iterator(some.end()));
  }
  return out;
}

deposit_actor directory::open_deposit() {
  const std::lock_guard lock{deposits_mutex_};
  if (draining() || deposits_.size() >= max_live_deposits_) return {};
  return add_deposit();
}

deposit_actor directory::resume_deposit() {
  const std::lock_guard lock{deposits_mutex_};
  if (draining()) return {};
  return add_deposit();
}

deposit_actor directory::add_deposit() {
  auto handle = spawn_deposit_();
  deposits_.emplace(handle.id(), handle);
  return handle;
}

void directory::forget_deposit(caf::actor_id who) {
  deposit_actor last;
  const std::lock_guard lock{deposits_mutex_};
  const auto i = deposits_.find(who);
  if (i == deposits_.end()) return;
  last = std::move(i->second);
  deposits_.erase(i);
}

std::vector<deposit_actor> directory::all_deposits() const {
  std::vector<deposit_actor> out;
  const std::lock_guard lock{deposits_mutex_};
  for (const auto& [id, handle] : deposits_) out.push_back(handle);
  return out;
}

}  // namespace headroom::actors
