#include "chain/treasury/relay_leg.hpp"

#include "actors/alerts.hpp"
#include "chain/treasury/relay_run.hpp"

namespace headroom::chain {
namespace {

constexpr std::string_view unsafe_alert = "route.unsafe_calldata";

}  // namespace

void tell_of_offer(const actors::world& w, const relay::quote_reading& quoted) {
  auto& alerts = w.dir.gauges.alerts();
  if (quoted.unsafe)
    alerts.raise(unsafe_alert, relay_name, "Relay's offer: " + quoted.problem, w.now());
  if (quoted.good) alerts.clear(unsafe_alert, relay_name, w.now());
}

relay::order order_of(const relay_desk& desk, usdc amount) {
  const auto& p = desk.pair;
  return {p.from.chain_id, p.to.chain_id, p.input_token, p.output_token,
          amount,          p.from.wallet, p.to.wallet};
}

std::optional<relay::guards> guards_of(const relay_desk& desk, usdc amount, timestamp now) {
  const auto least = mul_div_ceil(amount.micro, desk.settings.least_bps, 10'000);
  if (!least) return std::nullopt;
  return relay::guards{desk.settings.depository, {*least}, now};
}

/// The guards speak here already: a route that would be held is not chosen.
void relay_leg::quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  const auto guards = guards_of(desk_, amount, house().w->now());
  if (!guards) return then(std::nullopt);
  const auto order = order_of(desk_, amount);
  house()
      .self
      ->request(
          desk_.web, caf::infinite,
          http_call{relay::quote_request(desk_.settings.api_url, order), desk_.settings.timeout})
      .then(
          [this, then, order, g = *guards](const net::http_result& r) {
            const auto quoted = relay::read_quote(r, order, g);
            tell_of_offer(*house().w, quoted);
            leg_quote out;
            out.refusal = quoted.problem;
            if (!quoted.good) return then(quoted.refused ? std::optional{out} : std::nullopt);
            out.out = quoted.good->out;
            out.seconds = quoted.good->seconds + desk_.settings.settle_seconds;
            then(out);
          },
          [then](const caf::error&) { then(std::nullopt); });
}

void relay_leg::run(actors::run_step x, route_step::promise p, bool at_once) {
  std::make_shared<relay_run>(house(), desk_, std::move(x), std::move(p), at_once)->start();
}

std::vector<leg_sight> relay_leg::sights() const {
  return {{desk_.pair.from, {relay_purpose}}, {desk_.pair.to, {}}};
}

void relay_leg::look_outside(std::function<void(std::string problem)> then) {
  house()
      .self
      ->request(desk_.web, caf::infinite,
                http_call{relay::chains_request(desk_.settings.api_url), desk_.settings.timeout})
      .then(
          [this, then](const net::http_result& r) {
            const auto word = relay::read_chain(r, desk_.pair.from.chain_id);
            if (word) desk_.disabled = *word;
            then(word ? std::string{} : "Relay cannot be read");
          },
          [then](const caf::error&) { then("Relay cannot be read"); });
}

}  // namespace headroom::chain
