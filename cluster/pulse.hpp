#pragma once

#include <functional>
#include <string>

#include "actors/membership_port.hpp"
#include "cluster/cluster_settings.hpp"
#include "net/lease.hpp"

namespace headroom::cluster {

/// What a node's life is made of: one heartbeat after the other. Whoever is not the keeper looks at
/// each of its own whether the keeper's place is free or may be taken (docs/decisions/0048). Knows
/// no thread and no clock but the one it is given: heart.hpp runs it.
class pulse {
 public:
  enum class standing : std::uint8_t { stands_by, keeps, replaced };

  struct surroundings {
    actors::membership_store& store;
    net::lease& lease;
    std::function<net::lease::instant()> now;
    /// Whether somebody certainly does not listen there; false is no evidence.
    std::function<bool(const std::string& address)> is_refused;
  };

  pulse(const cluster_settings& settings, std::int64_t me, surroundings around);

  /// Beats once and does what is due. The lease is counted from before the beat was sent. A
  /// database that does not answer changes nothing: the lease runs out by itself.
  standing beat();

  [[nodiscard]] standing is() const noexcept { return standing_; }

 private:
  void look_at(const actors::keeper& keeper, net::lease::instant sent);
  [[nodiscard]] bool stands_still(const actors::keeper& keeper);
  void take(actors::proof proof, const actors::keeper& keeper, net::lease::instant sent);
  void kept_until(net::lease::instant sent);

  const cluster_settings settings_;
  const std::int64_t me_;
  const surroundings around_;
  standing standing_ = standing::stands_by;
  bool answered_ = true;  // the last beat; so that a silence is logged once
  actors::keeper seen_;   // with its heartbeat, the last time that it had changed
  net::lease::instant seen_since_{};
};

}  // namespace headroom::cluster
