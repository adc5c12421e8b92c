#pragma once

#include <map>
#include <mutex>
#include <string>
#include <tuple>
#include <vector>

#include "actors/actor_key.hpp"
#include "actors/actors.hpp"
#include "domain/money_source.hpp"

namespace headroom::actors {

/// The singletons of this node, by kind or by name, so that a handle may change when one is started
/// anew. A handle is empty from the moment the guardian hears of its actor's end until then: a
/// caller answers `unavailable` or asks again a little later. Thread-safe.
class handles {
 public:
  template <class Handle>
  [[nodiscard]] Handle get() const {
    const std::lock_guard lock{mutex_};
    return std::get<Handle>(all_.singletons);
  }
  template <class Handle>
  void set(Handle handle) {
    const std::lock_guard lock{mutex_};
    std::get<Handle>(all_.singletons) = std::move(handle);
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

  /// The payment actor of one source; empty while it is started anew, and for a source that is not
  /// configured. get<payment_actor>() stands in front of them all.
  [[nodiscard]] payment_actor payment(const money_source& source) const;
  void set_payment(const money_source& source, payment_actor handle);

  /// A route by its name, which conversions store; empty while it is started anew, and for a name
  /// that is none of `route_names`.
  [[nodiscard]] route_actor route(const std::string& name) const;
  void set_route(const std::string& name, route_actor handle);
  /// Of every route of this process, also of one that is being started anew.
  [[nodiscard]] std::vector<std::string> route_names() const;

  /// Takes the handle of a singleton that ended out; ignored when another took its place.
  void forget(const actor_key& who);
  /// Lets go of every handle, so that this may outlive the actor system.
  void close();

 private:
  struct everything {
    std::tuple<buffer_actor, journal_actor, venue_actor, payment_actor, conversion_actor,
               query_actor, audit_actor, inspector_actor, guardian_actor, signature_actor,
               market_actor, resolution_actor, settlement_actor, external_outbox_actor,
               withdrawal_desk_actor, cashier_actor, repair_actor>
        singletons;
    query_actor public_query;
    query_actor reports;
    std::map<wallet_account, wallet_actor> wallets;
    std::map<money_source, payment_actor> payments;
    std::map<std::string, route_actor> routes;
  };
  mutable std::mutex mutex_;
  everything all_;
  std::map<std::uint64_t, address> relayers_;  // by chain
};

}  // namespace headroom::actors
