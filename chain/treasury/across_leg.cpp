#include "chain/treasury/across_leg.hpp"

#include "chain/treasury/across_split.hpp"

namespace headroom::chain {

across::deposit_terms terms_of(const across_desk& desk, usdc amount) {
  across::deposit_terms out;
  out.order.depositor = desk.pair.from.wallet;
  out.order.recipient = desk.pair.to.wallet;
  out.order.input_token = desk.pair.input_token;
  out.order.output_token = desk.pair.output_token;
  out.order.input_amount = static_cast<std::uint64_t>(amount.micro);
  out.order.destination_chain_id = desk.pair.to.chain_id;
  out.spoke_pool = desk.pair.spoke_pool;
  out.destination_spoke_pool = desk.pair.destination_spoke_pool;
  out.output_tokens = desk.output_tokens;
  out.fill_window = desk.settings.fill_window;
  return out;
}

across::fee_question question_of(const across_desk& desk, usdc amount) {
  return {desk.pair.input_token,
          desk.pair.output_token,
          desk.pair.from.chain_id,
          desk.pair.to.chain_id,
          static_cast<std::uint64_t>(amount.micro),
          desk.pair.to.wallet};
}

across_leg::across_leg(const across_settings& settings, across_pair pair, across_door door)
    : desk_{settings, std::move(pair), std::move(door), {}, {}} {
  for (const auto& text : settings.output_tokens)
    if (const auto token = address::parse(text)) desk_.output_tokens.push_back(*token);
  desk_.integrator = from_hex(settings.integrator_id).value_or(byte_vector{});
}

/// One look at a step at a time: the one before may be about to send.
void across_leg::run(actors::run_step x, route_step::promise p, bool at_once) {
  std::erase_if(desk_.looks, [](const auto& look) { return look.second.expired(); });
  auto& last = desk_.looks[{x.conversion, x.step}];
  if (!last.expired()) {
    actors::step_progress busy;
    busy.state = step_state::unreadable;
    busy.detail = "note=the look before has not ended";
    p.deliver(std::move(busy));
    return;
  }
  const across_place place{house(), desk_, std::make_shared<const bool>(true), at_once};
  last = place.look;
  if (route_detail::parse(x.detail).parts.empty()) {
    std::make_shared<across_run>(place, std::move(x), std::move(p))->start();
  } else {
    std::make_shared<across_split>(place, std::move(x), std::move(p))->start();
  }
}

std::vector<leg_sight> across_leg::sights() const {
  return {{desk_.pair.from, {"across"}}, {desk_.pair.to, {}}};
}

}  // namespace headroom::chain
