#include "chain/treasury/cctp_leg.hpp"

#include "chain/evm/abi.hpp"
#include "chain/treasury/cctp_run.hpp"

namespace headroom::chain {

std::optional<std::uint64_t> fast_fee(usdc amount, std::uint32_t bps) {
  const auto fee = mul_div_ceil(amount.micro, bps, 10'000);
  return fee ? std::optional{static_cast<std::uint64_t>(*fee)} : std::nullopt;
}

cctp_leg::cctp_leg(const cctp_settings& settings, cctp_pair pair, http_actor web)
    : desk_{settings, std::move(pair), std::move(web)} {
  desk_.mints.wanted = desk_.pair.far_token;
}

void learn_minted(actors::route_actor::pointer self, cctp_desk& desk,
                  std::function<void(bool known)> then) {
  if (desk.mints.paid) return then(true);
  const auto& messenger = desk.settings.token_messenger;
  ask_all(self, desk.pair.to.nodes, {eth::call({std::nullopt, messenger, cctp::minter_call(), {}})},
          [self, &desk, then = std::move(then)](std::vector<rpc_result>& r) {
            const auto data = eth::bytes_of(r[0]);
            const auto minter = data ? abi::reader{*data}.account(0) : std::nullopt;
            if (!minter) return then(false);
            learn_paid_token(self, desk.pair.to.nodes, desk.mints, *minter,
                             cctp::local_token_call(desk.pair.from_domain, desk.pair.token), then);
          });
}

void cctp_leg::look_outside(std::function<void(std::string problem)> then) {
  learn_minted(house().self, desk_, [then = std::move(then)](bool) { then({}); });
}

void cctp_leg::quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  learn_minted(house().self, desk_, [this, amount, then = std::move(then)](bool known) mutable {
    if (!known) return then(std::nullopt);
    leg_quote refused;
    refused.refusal = desk_.refusal();
    if (!refused.refusal.empty()) return then(std::move(refused));
    quote_known(amount, std::move(then));
  });
}

void cctp_leg::quote_known(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  leg_quote out;
  out.out = amount;
  out.seconds = desk_.settings.expected_seconds;
  if (!desk_.settings.fast) return then(out);
  house()
      .self
      ->request(desk_.web, caf::infinite,
                http_call{iris::fees_request(desk_.settings.iris_url, desk_.pair.from_domain,
                                             desk_.pair.to_domain),
                          desk_.settings.timeout})
      .then(
          [this, amount, out, then](const net::http_result& r) mutable {
            const auto bps = iris::read_fee_bps(r, cctp::fast_finality);
            const auto fee = bps ? fast_fee(amount, *bps) : std::nullopt;
            if (!fee) return then(std::nullopt);
            out.out = sub_saturating(amount, {static_cast<std::int64_t>(*fee)});
            if (*bps > desk_.settings.max_fee_bps) out.refusal = "a fast transfer is too dear";
            then(out);
          },
          [then](const caf::error&) { then(std::nullopt); });
}

void cctp_leg::run(actors::run_step x, route_step::promise p, bool at_once) {
  std::make_shared<cctp_run>(house(), desk_, std::move(x), std::move(p), at_once)->start();
}

std::vector<leg_sight> cctp_leg::sights() const {
  return {{desk_.pair.from, {"burn"}}, {desk_.pair.to, {}}};
}

}  // namespace headroom::chain
