#include "chain/treasury/oft_uniswap_run.hpp"

#include "chain/evm/abi.hpp"

namespace headroom::chain {

oft_uniswap_run::oft_uniswap_run(oft_uniswap_self self, actors::run_step x, promise p)
    : route_step{self, *self->state.w, self->state.tally, std::move(x), std::move(p)},
      st_{self->state},
      s_{self->state.settings} {}

void oft_uniswap_run::start() {
  if (!begin()) return;
  if (x_.step == bridge_step) return start_bridge();
  if (x_.step == swap_step) return start_swap();
  unreadable("the route has no such step");
}

void oft_uniswap_run::no_word(const caf::error& why) {
  // A message that was seen needs no receipt of its sending, which a node may forget.
  if (x_.step == bridge_step && !detail_.guid.is_zero()) return look_for_arrival();
  route_step::no_word(why);
}

/// With a message under way it was its execution, and the step keeps its own hash.
void oft_uniswap_run::sent(const report& r) {
  if (detail_.guid.is_zero()) return route_step::sent(r);
  waiting("executes the delivery");
}

/// While the bridge's message is on its way only its execution is sent: the money is in flight.
void oft_uniswap_run::not_sent(bool reverts, const std::string& why) {
  if (detail_.guid.is_zero()) return route_step::not_sent(reverts, why);
  if (reverts) return rescue_is_stuck(why);
  waiting("waits: " + why);
}

bool oft_uniswap_run::covered(const rpc_result& balance, std::string_view chain) {
  const auto data = eth::bytes_of(balance);
  const auto there = data ? abi::reader{*data}.word(0) : std::nullopt;
  if (!there) {
    unreadable("the balance on " + std::string{chain} + " cannot be read");
    return false;
  }
  const auto need = add_saturating(x_.amount_in, x_.owed_before);
  if (*there >= uint256::of(static_cast<std::uint64_t>(need.micro))) return true;
  const auto micro = static_cast<std::int64_t>(there->to_u64().value_or(0));  // less than `need`
  short_of_money_ = true;
  held("short: the wallet holds " + to_string(usdc{micro}) + " USDT0 on " + std::string{chain} +
       ", this and older conversions need " + to_string(need));
  return false;
}

}  // namespace headroom::chain
