#pragma once

#include <memory>

#include "chain/treasury/oft.hpp"
#include "chain/treasury/route_actor.hpp"
#include "chain/treasury/route_detail.hpp"

/// The route's work, for its own files: route_run (wallets, answers), route_bridge (out of Plasma),
/// route_delivery (into Polygon), route_swap.
namespace headroom::chain {

namespace layerzero {
struct packet;
}

/// Indices of the route's steps.
enum step_index : std::uint32_t { bridge_step = 0, swap_step = 1 };

/// One run of one step. Lives in the callbacks of its own questions; answers exactly once.
class step_run : public std::enable_shared_from_this<step_run> {
 public:
  using promise = caf::typed_response_promise<actors::step_progress>;

  step_run(route_self self, actors::run_step x, promise p);
  void start();

 private:
  using report = actors::operation_report;

  // -- wallets: route_run.cpp
  /// Where the operation stands; `then(run, report)` for everything but an unreachable wallet.
  template <class Then>
  void where_is(std::uint64_t chain_id, const operation_id& id, Then then);
  /// What could not be asked of the wallet.
  void no_word(const caf::error& why);
  /// Sends it once, ever. A call that would revert now, or cannot be paid for, is not sent: nothing
  /// moved, the next look tries again with fresh numbers.
  void send(std::uint64_t chain_id, const operation_id& id, std::string purpose,
            actors::contract_call call);
  void not_sent(const caf::error& why);
  void check_dropped(const rpc_actor& rpc, const operation_id& id);
  void look_for_receipts(const rpc_actor& rpc, std::vector<hash256> attempts);
  void undecided(const report& r);
  /// `then(results)` when all have answered; counts what is asked.
  template <class Then>
  void ask(const rpc_actor& rpc, std::vector<rpc_request> calls, Then then);
  /// Whether the wallet's tokens cover this step and what older conversions have yet to send; says
  /// so when they do not.
  [[nodiscard]] bool covered(const rpc_result& balance, std::string_view chain);

  // -- bridge: route_bridge.cpp
  void start_bridge();
  void quote_bridge(const operation_id& id);
  void quote_fee(const operation_id& id);
  void quoted_fee(const operation_id& id, std::vector<rpc_result>& r);
  template <class Then>
  void check_sends(std::uint64_t head, Then then);
  void send_bridge(const operation_id& id, const oft::messaging_fee& fee);
  void find_message(const report& r);

  // -- delivery: route_delivery.cpp
  void look_for_arrival();
  void search_arrival();
  void find_arrival(const chain_head& head);
  void not_arrived();
  void arrived(const std::vector<log_entry>& logs, std::uint32_t node);
  void consider_rescue();
  void ask_verified(const operation_id& rescue, const address& endpoint);
  void verified(const operation_id& rescue, const address& endpoint);
  void rescue_is_stuck(std::string_view why);

  // -- swap: route_swap.cpp
  void start_swap();
  void check_allowance(const operation_id& swap);
  void approve();
  void quote_swap(const operation_id& id);
  void quoted_swap(const operation_id& id, std::vector<rpc_result>& r);
  void swapped(const report& r);

  // -- answers: route_run.cpp
  void answer(step_state state, usdc amount);
  void in_flight(const report& r, std::string note);
  void waiting(std::string note);
  void held(std::string note);
  void done(usdc amount);
  void failed(const hash256& tx, std::string why);
  void unreadable(std::string why);

  /// Whether a line about this conversion may be written now: at most once a minute for one cause.
  [[nodiscard]] bool may_say(std::string_view cause);

  route_self self_;
  route_state& st_;
  const route_settings& s_;
  actors::run_step x_;
  route_detail detail_;
  hash256 tx_;
  std::vector<operation_id> operations_;
  std::uint32_t calls_ = 0;
  bool short_of_money_ = false;
  std::shared_ptr<const layerzero::packet> packet_;  // of the bridge's message, once it was read
  promise promise_;
};

/// USDT0 to USDC on Polygon, for us; what is left to set is the price and the deadline.
[[nodiscard]] uniswap_v3::swap swap_of(const route_settings& s, usdc amount);

/// One transaction of one attempt of one step of one conversion: always the same id.
[[nodiscard]] operation_id operation_of(const actors::run_step& x, std::string_view what);
[[nodiscard]] std::vector<log_entry> entries_of(const actors::operation_report& r);

// -- templates ---------------------------------------------------------------------------------

template <class Then>
void step_run::where_is(std::uint64_t chain_id, const operation_id& id, Then then) {
  const auto wallet = st_.w->dir.wallet(chain_id);
  if (!wallet) return unreadable("no wallet");
  self_->request(wallet, st_.w->settings.step_timeout, actors::get_atom::value, id)
      .then(
          [run = shared_from_this(), id, then](const report& r) {
            if (r.state != operation_state::unsent) run->operations_.push_back(id);
            then(*run, r);
          },
          [run = shared_from_this()](const caf::error& e) { run->no_word(e); });
}

template <class Then>
void step_run::ask(const rpc_actor& rpc, std::vector<rpc_request> calls, Then then) {
  calls_ += static_cast<std::uint32_t>(calls.size());
  ask_all(self_, rpc, std::move(calls),
          [run = shared_from_this(), then](std::vector<rpc_result>& r) mutable { then(*run, r); });
}

}  // namespace headroom::chain
