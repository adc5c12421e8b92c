#include "actors/handles.hpp"

#include <caf/actor_cast.hpp>

namespace headroom::actors {
namespace {

template <class Key, class Handle>
Handle found_in(const std::map<Key, Handle>& all, const Key& key) {
  const auto i = all.find(key);
  return i == all.end() ? Handle{} : i->second;
}

}  // namespace

query_actor handles::public_query() const {
  const std::lock_guard lock{mutex_};
  return all_.public_query;
}

void handles::set_public_query(query_actor handle) {
  const std::lock_guard lock{mutex_};
  all_.public_query = std::move(handle);
}

query_actor handles::reports() const {
  const std::lock_guard lock{mutex_};
  return all_.reports;
}

void handles::set_reports(query_actor handle) {
  const std::lock_guard lock{mutex_};
  all_.reports = std::move(handle);
}

query_actor handles::events() const {
  const std::lock_guard lock{mutex_};
  return all_.events;
}

void handles::set_events(query_actor handle) {
  const std::lock_guard lock{mutex_};
  all_.events = std::move(handle);
}

wallet_actor handles::wallet(const wallet_account& who) const {
  const std::lock_guard lock{mutex_};
  return found_in(all_.wallets, who);
}

void handles::set_wallet(const wallet_account& who, wallet_actor handle) {
  const std::lock_guard lock{mutex_};
  all_.wallets[who] = std::move(handle);
}

wallet_actor handles::relayer(std::uint64_t chain_id) const {
  const std::lock_guard lock{mutex_};
  const auto i = relayers_.find(chain_id);
  return i == relayers_.end() ? wallet_actor{} : found_in(all_.wallets, {chain_id, i->second});
}

void handles::set_relayer(const wallet_account& who) {
  const std::lock_guard lock{mutex_};
  relayers_[who.chain_id] = who.account;
}

payment_actor handles::payment(const money_source& source) const {
  const std::lock_guard lock{mutex_};
  return found_in(all_.payments, source);
}

void handles::set_payment(const money_source& source, payment_actor handle) {
  const std::lock_guard lock{mutex_};
  all_.payments[source] = std::move(handle);
}

route_actor handles::route(const std::string& name) const {
  const std::lock_guard lock{mutex_};
  return found_in(all_.routes, name);
}

void handles::set_route(const std::string& name, route_actor handle) {
  const std::lock_guard lock{mutex_};
  all_.routes[name] = std::move(handle);
}

std::vector<std::string> handles::route_names() const {
  const std::lock_guard lock{mutex_};
  std::vector<std::string> out;
  for (const auto& [name, handle] : all_.routes) out.push_back(name);
  return out;
}

void handles::forget(const actor_key& who) {
  caf::strong_actor_ptr last;  // declared before the lock: the handle is dropped outside of it
  const std::lock_guard lock{mutex_};
  const auto leave = [&](auto& handle) {
    if (key_of(handle) == who)
      last = caf::actor_cast<caf::strong_actor_ptr>(std::exchange(handle, {}));
  };
  std::apply([&](auto&... all) { (leave(all), ...); }, all_.singletons);
  leave(all_.public_query);
  leave(all_.reports);
  leave(all_.events);
  for (auto& [account, handle] : all_.wallets) leave(handle);
  for (auto& [source, handle] : all_.payments) leave(handle);
  for (auto& [name, handle] : all_.routes) leave(handle);
}

void handles::close() {
  everything last;  // dropped after the lock: an actor's end may come back here
  const std::lock_guard lock{mutex_};
  std::swap(last, all_);
}

}  // namespace headroom::actors
