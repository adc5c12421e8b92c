#pragma once

#include "chain/evm/evm_settings.hpp"
#include "chain/treasury/route_steps.hpp"

/// A leg is one step of a route: across a bridge, through a swap. Routes are lists of legs
/// (legged_route.hpp), and a leg serves several of them.
namespace headroom::chain {

/// Blocks, where the one to start from is not on record.
inline constexpr std::uint64_t searched_at_least = 100'000;

/// One chain as a leg sees it.
struct leg_chain {
  std::string name;  // for a human: "Plasma"
  std::uint64_t chain_id = 0;
  address wallet;  // ours there
  finality_rule finality{};
  log_limits logs{};  // of one look
  rpc_actor nodes{};

  [[nodiscard]] actors::wallet_account account() const { return {chain_id, wallet}; }
};

/// What a leg's runs stand on: the route's actor, which outlives them.
struct leg_house {
  actors::route_actor::pointer self = nullptr;
  actors::world_ptr w;
  route_tally* tally = nullptr;
};

/// What an amount would become on this leg now.
struct leg_quote {
  usdc out;
  std::uint32_t seconds = 0;
  usdc extra_fee{};       // beside what `out` lacks: native coins, priced
  usdc least{};           // it takes now
  usdc most{};            // likewise; zero: no bound
  std::string refusal{};  // why this amount is not taken now; "": it is
};

/// Where a leg's own transactions are to be found: what `in_flight` looks at.
struct leg_sight {
  leg_chain chain;
  std::vector<std::string> purposes;  // of outbox rows that move the leg's money
};

class route_leg {
 public:
  route_leg() = default;
  route_leg(const route_leg&) = delete;
  route_leg& operator=(const route_leg&) = delete;
  virtual ~route_leg() = default;

  void join(leg_house house) { house_ = std::move(house); }

  /// The step's name in the books.
  [[nodiscard]] virtual std::string step() const = 0;
  /// Of an amount above zero. `then(nothing)`: it cannot be said now. Runs in the route's actor.
  virtual void quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) = 0;
  /// Does what is next of the step, or looks; keeps to route_step's words.
  /// @param at_once  an operator's word: what may be done once for a stuck step is done now.
  virtual void run(actors::run_step x, route_step::promise p, bool at_once) = 0;
  [[nodiscard]] virtual std::vector<leg_sight> sights() const = 0;
  /// The service behind the leg, where there is one: `then` gets what keeps it from saying what is
  /// under way, or "".
  virtual void look_outside(std::function<void(std::string problem)> then) { then({}); }
  /// Why the leg takes nothing new whatever the amount, by its last look or quote; "": it does.
  [[nodiscard]] virtual std::string disabled() const { return {}; }

 protected:
  [[nodiscard]] const leg_house& house() const noexcept { return house_; }

 private:
  leg_house house_;
};

using leg_ptr = std::shared_ptr<route_leg>;

}  // namespace headroom::chain
