#pragma once

#include <string>
#include <utility>
#include <vector>

#include "actors/guardian_actor.hpp"
#include "chain/evm/wallet_actor.hpp"

namespace headroom {

/// The singletons, in the order of their start; each restart makes a fresh actor of the same kind.
class household {
 public:
  household(caf::actor_system& sys, actors::directory& dir, actors::world_ptr w)
      : sys_{sys}, dir_{dir}, w_{std::move(w)} {}

  /// The directory knows it by its type.
  template <class Handle, class Spawn>
  void add(std::string name, Spawn spawn, bool holds_promises = false) {
    add_as<Handle>(
        std::move(name), spawn, [this](const Handle& handle) { dir_.handles.set(handle); },
        holds_promises);
  }

  /// `publish` puts the handle where the others find it.
  template <class Handle, class Spawn, class Publish>
  void add_as(std::string name, Spawn spawn, Publish publish, bool holds_promises = false) {
    parts_.push_back({std::move(name),
                      [spawn, publish](caf::actor_system&) {
                        const Handle handle = spawn();
                        publish(handle);
                        return caf::actor_cast<caf::actor>(handle);
                      },
                      holds_promises});
  }

  void add_wallet(std::string name, const chain::wallet_settings& settings,
                  const chain::transaction_signer& signer, const chain::rpc_actor& rpc) {
    add_as<actors::wallet_actor>(
        std::move(name),
        [this, settings, signer, rpc] {
          return sys_.spawn(chain::wallet_behavior, w_, settings, signer, rpc);
        },
        [this, who = actors::wallet_account{settings.chain_id, signer.account()}](
            const actors::wallet_actor& handle) { dir_.handles.set_wallet(who, handle); });
  }

  [[nodiscard]] caf::actor_system& system() const noexcept { return sys_; }
  [[nodiscard]] const actors::world_ptr& world() const noexcept { return w_; }
  std::vector<actors::component> take() { return std::move(parts_); }

 private:
  caf::actor_system& sys_;
  actors::directory& dir_;
  actors::world_ptr w_;
  std::vector<actors::component> parts_;
};

}  // namespace headroom
