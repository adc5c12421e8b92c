#include "chain/treasury/stargate_leg.hpp"

#include <algorithm>

#include "chain/evm/abi.hpp"
#include "chain/treasury/stargate_run.hpp"

namespace headroom::chain {
namespace {

constexpr std::int64_t wei_per_coin = 1'000'000'000'000'000'000;

/// A bound as an amount of ours: what does not fit is no bound.
usdc bound_of(const uint256& x) {
  const auto value = x.to_u64();
  if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) return {};
  return {static_cast<std::int64_t>(*value)};
}

/// Rounded up; what does not fit is more than anybody pays.
usdc worth(const uint256& wei, usdc coin_price) {
  const auto value = wei.to_u64();
  if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) return {INT64_MAX};
  return {mul_div_ceil(static_cast<std::int64_t>(*value), coin_price.micro, wei_per_coin)
              .value_or(INT64_MAX)};
}

leg_quote refused_quote(std::string why) {
  leg_quote out;
  out.refusal = std::move(why);
  return out;
}

}  // namespace

std::string no_pool(const stargate_pair& pair) {
  return "Stargate has no pool of " + pair.token_name + " on " + pair.from.name;
}

std::string stargate_refusal(const stargate_settings& s, usdc amount,
                             const oft::transfer_quote& q) {
  const auto asked = uint256::of(static_cast<std::uint64_t>(amount.micro));
  if (q.most.is_zero()) return "Stargate's credit on this path is used up";
  if (q.most < asked || q.sent < asked)
    return "Stargate's credit on this path is " + std::min(q.most, q.sent).decimal() + " now";
  if (asked < q.least) return "Stargate takes no less than " + q.least.decimal();
  if (q.sent != asked) return "Stargate would send " + q.sent.decimal();
  const auto floor = mul_div_ceil(amount.micro, s.least_bps, 10'000);
  if (!floor || q.received < uint256::of(static_cast<std::uint64_t>(*floor)) || asked < q.received)
    return "Stargate would bring " + q.received.decimal();
  return {};
}

void learn_pool(actors::route_actor::pointer self, stargate_desk& desk,
                std::function<void(bool known)> then) {
  if (desk.pays.paid) return then(true);
  learn_paid_token(self, desk.pair.to.nodes, desk.pays, desk.pair.far_pool,
                   abi::encoder{"token()"}.done(), std::move(then));
}

stargate_leg::stargate_leg(const stargate_settings& settings, stargate_pair pair)
    : desk_{settings, std::move(pair)} {
  desk_.pays.wanted = desk_.pair.far_token;
}

void stargate_leg::quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  if (desk_.pair.pool.is_zero()) return then(refused_quote(no_pool(desk_.pair)));
  learn_pool(house().self, desk_, [this, amount, then = std::move(then)](bool known) mutable {
    if (!known) return then(std::nullopt);
    if (auto why = desk_.refusal(); !why.empty()) return then(refused_quote(std::move(why)));
    quote_known(amount, std::move(then));
  });
}

/// What the pool pays out is no word on what is under way.
void stargate_leg::look_outside(std::function<void(std::string problem)> then) {
  if (desk_.pair.pool.is_zero()) return then({});
  learn_pool(house().self, desk_, [then = std::move(then)](bool) { then({}); });
}

void stargate_leg::quote_known(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  const auto& pair = desk_.pair;
  const auto p = stargate_parameters(pair, amount);
  ask_all(house().self, pair.from.nodes,
          {eth::call({pair.from.wallet, pair.pool, oft::quote_oft_call(p), {}}),
           eth::call({pair.from.wallet, pair.pool, oft::quote_send_call(p), {}})},
          [this, amount, then = std::move(then)](std::vector<rpc_result>& r) {
            for (const auto& x : r)
              if (x.status == rpc_status::error && eth::is_revert(x.error))
                return then(refused_quote("Stargate's pool gives no quote"));
            const auto transfer_data = eth::bytes_of(r[0]);
            const auto fee_data = eth::bytes_of(r[1]);
            const auto transfer =
                transfer_data ? oft::read_transfer_quote(*transfer_data) : std::nullopt;
            const auto fee = fee_data ? oft::read_quote(*fee_data) : std::nullopt;
            if (!transfer || !fee) return then(std::nullopt);
            leg_quote out;
            out.refusal = stargate_refusal(desk_.settings, amount, *transfer);
            out.least = bound_of(transfer->least);
            out.most = bound_of(transfer->most);
            out.seconds = desk_.settings.expected_seconds;
            if (out.refusal.empty()) {
              out.out = bound_of(transfer->received);
              out.extra_fee = worth(fee->native, desk_.pair.coin_price);
              if (is_too_dear(desk_.pair, *fee)) out.refusal = "Stargate's message is too dear";
            }
            then(out);
          });
}

void stargate_leg::run(actors::run_step x, route_step::promise p, bool) {
  std::make_shared<stargate_run>(house(), desk_, std::move(x), std::move(p))->start();
}

std::vector<leg_sight> stargate_leg::sights() const {
  return {{desk_.pair.from, {"bridge"}}, {desk_.pair.to, {}}};
}

}  // namespace headroom::chain
