#pragma once

#include "chain/treasury/across_guards.hpp"
#include "chain/treasury/across_refunds.hpp"
#include "chain/treasury/bridge_step.hpp"

namespace headroom::chain {

/// One pair of tokens on two chains.
struct across_pair {
  leg_chain from;
  leg_chain to;
  address spoke_pool;              // on `from`: the only contract that is called
  address destination_spoke_pool;  // on `to`: whose events are believed
  address input_token;
  std::string input_name;  // for a human: "USDT0"
  address output_token;
};

/// How Across is asked.
struct across_door {
  http_actor web;
  std::string key;  // API key, "" where there is none
};

/// What the runs of one Across leg share.
struct across_desk {
  across_settings settings;
  across_pair pair;
  across_door door;
  std::vector<address> output_tokens;
  byte_vector integrator;  // two bytes, or none
  arrival_memory memory{};

  /// A deposit that nobody filled in time, whose refund is waited for.
  struct waiting {
    caf::actor_clock::time_point since;
    caf::actor_clock::time_point seen;
  };
  std::map<hash256, waiting> expired{};  // by relay hash
  across_refunds refunds{};              // as far as the chain was read for those

  /// Looks that have not ended, by conversion and step. A second one beside them could send the
  /// step whole while the first sends it in parts.
  std::map<std::pair<conversion_id, std::uint32_t>, std::weak_ptr<const bool>> looks{};
};

/// What a run of the leg stands on.
struct across_place {
  const leg_house& house;
  across_desk& desk;
  std::shared_ptr<const bool> look;  // lives as long as the look does
  bool at_once = false;              // an operator's word
};

/// By direct deposits into a listed SpokePool, made from a quote that was just asked for and
/// guarded before it is signed. States in `detail`: deposited, filled, final; or expired, refunded,
/// and then the step has failed: a new attempt may start. across_run has the steps; what is above
/// the pool's instant limit goes in several deposits (across_split).
class across_leg final : public route_leg {
 public:
  across_leg(const across_settings& settings, across_pair pair, across_door door);

  [[nodiscard]] std::string step() const override { return "bridge"; }
  void quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) override;
  void run(actors::run_step x, route_step::promise p, bool at_once) override;
  [[nodiscard]] std::vector<leg_sight> sights() const override;

 private:
  across_desk desk_;
};

}  // namespace headroom::chain
