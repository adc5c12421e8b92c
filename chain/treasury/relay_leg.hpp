#pragma once

#include <set>

#include "chain/treasury/bridge_step.hpp"
#include "chain/treasury/relay_api.hpp"
#include "chain/treasury/relay_settings.hpp"

namespace headroom::chain {

/// The route's name, as conversions store it.
inline constexpr const char* relay_name = "relay";

/// One pair of tokens on two chains.
struct relay_pair {
  leg_chain from;
  leg_chain to;
  address input_token;
  std::string input_name;  // for a human: "USDT0"
  address output_token;
};

/// What the runs of one Relay leg share.
struct relay_desk {
  relay_settings settings;
  relay_pair pair;
  http_actor web;
  arrival_memory memory{};
  std::string disabled{};                  // why nothing is sent there; "": it is
  std::map<hash256, std::uint32_t> looks;  // at orders that Relay says are under way
};

/// An offer that wants something else signed than what was asked for is an alert until a good one
/// comes: also of a quote, since who forges is not chosen and nothing of it ever runs.
void tell_of_offer(const actors::world& w, const relay::quote_reading& quoted);

/// By a deposit into Relay's depository, made from an offer that was just asked for and guarded,
/// and a fill by Relay on the destination. Its status is a hint of where to look; the proof is a
/// transfer to us in a final block, by a transaction that carries the order's id behind its
/// calldata. States in `detail`: deposited, filled, final; or refunded, and then the step has
/// failed: a new attempt may start. relay_run has the steps.
class relay_leg final : public route_leg {
 public:
  relay_leg(const relay_settings& settings, relay_pair pair, http_actor web)
      : desk_{settings, std::move(pair), std::move(web), {}, {}, {}} {}

  [[nodiscard]] std::string step() const override { return "bridge"; }
  void quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) override;
  void run(actors::run_step x, route_step::promise p, bool at_once) override;
  [[nodiscard]] std::vector<leg_sight> sights() const override;
  void look_outside(std::function<void(std::string problem)> then) override;
  [[nodiscard]] std::string disabled() const override { return desk_.disabled; }

 private:
  relay_desk desk_;
};

}  // namespace headroom::chain
