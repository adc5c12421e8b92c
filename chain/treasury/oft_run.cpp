#include "chain/treasury/oft_run.hpp"

namespace headroom::chain {

oft_run::oft_run(const leg_house& house, oft_desk& desk, actors::run_step x, promise p,
                 bool at_once)
    : bridge_step{house, std::move(x), std::move(p), desk.memory, desk.to},
      desk_{desk},
      s_{desk.settings},
      at_once_{at_once} {}

void oft_run::start() {
  if (!begin()) return;
  const auto id = operation_of(x_, "send");
  where_is(desk_.from.account(), id, [run = me(), id](const report& r) {
    switch (r.state) {
      case operation_state::unsent: return run->quote_bridge(id);
      case operation_state::pending:
        return run->in_flight(r, "sent: not final on the source chain");
      case operation_state::confirmed:
        return run->when_left(run->desk_.from, r,
                              [run](const report& now) { run->find_message(now); });
      case operation_state::reverted: return run->failed(r.tx_hash, "the bridge call reverted");
      case operation_state::dropped: return run->check_dropped(run->desk_.from.nodes, id);
      case operation_state::in_doubt: return run->undecided(r);
    }
  });
}

void oft_run::no_word(const caf::error& why) {
  if (detail_.guid.is_zero()) return route_step::no_word(why);
  // A message that was seen needs no receipt of its sending, which a node may forget. With its
  // packet it was the other wallet that is silent, and the arrival has just been looked for.
  if (packet_) return waiting("sent: waits for delivery");
  look_for_arrival();
}

/// With a message under way it was its execution, and the step keeps its own hash.
void oft_run::sent(const report& r) {
  if (detail_.guid.is_zero()) return route_step::sent(r);
  waiting("verified: executes the delivery");
}

/// While the bridge's message is on its way only its execution is sent: the money is in flight.
void oft_run::not_sent(bool reverts, const std::string& why) {
  if (detail_.guid.is_zero()) return route_step::not_sent(reverts, why);
  if (reverts) return rescue_is_stuck(why);
  waiting("verified: waits: " + why);
}

}  // namespace headroom::chain
