#include "chain/treasury/oft_leg.hpp"

#include <algorithm>

#include "chain/treasury/oft_run.hpp"

namespace headroom::chain {
namespace {

/// A bound of the bridge as an amount of ours: what does not fit is no bound.
usdc amount_of(const uint256& x) {
  const auto value = x.to_u64();
  if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) return {};
  return {static_cast<std::int64_t>(*value)};
}

/// Rounded up; what does not fit is more than anybody pays.
usdc priced(const uint256& wei, usdc coin_price) {
  const auto coins = wei.to_u64();
  const auto out = coins && *coins <= static_cast<std::uint64_t>(INT64_MAX)
                       ? mul_div_ceil(static_cast<std::int64_t>(*coins), coin_price.micro,
                                      1'000'000'000'000'000'000)
                       : std::nullopt;
  return {out.value_or(INT64_MAX)};
}

}  // namespace

leg_chain source_of(const oft_uniswap_settings& s, rpc_actor nodes) {
  return {"Plasma",          s.plasma.chain_id, s.plasma_wallet,
          s.plasma.finality, s.plasma.logs,     std::move(nodes)};
}

leg_chain destination_of(const oft_uniswap_settings& s, rpc_actor nodes) {
  return {"Polygon",          s.polygon.chain_id, s.polygon_wallet,
          s.polygon.finality, s.polygon.logs,     std::move(nodes)};
}

oft_leg::oft_leg(const oft_uniswap_settings& settings, rpc_actor from, rpc_actor to)
    : desk_{settings, source_of(settings, std::move(from)),
            destination_of(settings, std::move(to))} {}

void oft_leg::quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  const auto& s = desk_.settings;
  const auto p = oft_parameters(s, amount);
  ask_all(house().self, desk_.from.nodes,
          {eth::call({s.plasma_wallet, s.plasma.messenger, oft::quote_oft_call(p), {}}),
           eth::call({s.plasma_wallet, s.plasma.messenger, oft::quote_send_call(p), {}})},
          [this, amount, then = std::move(then)](std::vector<rpc_result>& r) {
            const auto transfer_data = eth::bytes_of(r[0]);
            const auto fee_data = eth::bytes_of(r[1]);
            const auto transfer =
                transfer_data ? oft::read_transfer_quote(*transfer_data) : std::nullopt;
            const auto fee = fee_data ? oft::read_quote(*fee_data) : std::nullopt;
            if (!transfer || !fee) return then(std::nullopt);
            const auto& set = desk_.settings;
            leg_quote out;
            out.out = amount_of(transfer->received);
            out.seconds = set.expected_seconds;
            out.extra_fee = priced(fee->native, set.coin_price);
            out.least = amount_of(transfer->least);
            out.most = amount_of(transfer->most);
            out.refusal = refusal_of(set, amount, *transfer);
            if (out.refusal.empty() && too_dear(set, *fee))
              out.refusal = "the bridge asks for more than max_bridge_fee";
            then(out);
          });
}

void oft_leg::run(actors::run_step x, route_step::promise p, bool at_once) {
  std::make_shared<oft_run>(house(), desk_, std::move(x), std::move(p), at_once)->start();
}

std::vector<leg_sight> oft_leg::sights() const {
  return {{desk_.from, {"bridge"}}, {desk_.to, {}}};
}

}  // namespace headroom::chain
