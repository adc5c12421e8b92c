#include "chain/treasury/across_leg.hpp"

#include "chain/treasury/across_run.hpp"

namespace headroom::chain {
namespace {

usdc amount_of(std::uint64_t micro) {
  return {micro > static_cast<std::uint64_t>(INT64_MAX) ? INT64_MAX
                                                        : static_cast<std::int64_t>(micro)};
}

std::optional<std::uint64_t> time_of(const rpc_result& r) {
  const auto block = eth::answer(r, eth::read_block);
  return block && *block ? std::optional{(*block)->timestamp} : std::nullopt;
}

}  // namespace

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

/// The guards speak here already: a route that would be held is not chosen.
void across_leg::quote(usdc amount, std::function<void(std::optional<leg_quote>)> then) {
  auto* const self = house().self;
  self->request(
          desk_.door.web, caf::infinite,
          http_call{across::fees_request(desk_.settings.api_url, desk_.door.key,
                                         desk_.settings.integrator_id, question_of(desk_, amount)),
                    desk_.settings.timeout})
      .then(
          [this, self, amount, then](const net::http_result& r) {
            const auto fees = across::read_fees(r);
            leg_quote out;
            out.refusal = fees.problem;
            if (!fees.offer) return then(fees.refused ? std::optional{out} : std::nullopt);
            out.out = amount_of(fees.offer->output_amount);
            out.least = amount_of(fees.offer->least);
            out.most = amount_of(fees.offer->most_at_once);
            out.seconds = static_cast<std::uint32_t>(
                std::min<std::uint64_t>(fees.offer->fill_seconds, 86'400) +
                desk_.settings.settle_seconds);
            ask_all(self, desk_.pair.from.nodes, {eth::block("latest")},
                    [this, self, amount, then, out,
                     offer = *fees.offer](std::vector<rpc_result>& here) {
                      ask_all(self, desk_.pair.to.nodes, {eth::block("latest")},
                              [this, amount, then, out, offer,
                               source = time_of(here[0])](std::vector<rpc_result>& there) mutable {
                                const auto destination = time_of(there[0]);
                                if (!source || !destination) return then(std::nullopt);
                                auto terms = terms_of(desk_, amount);
                                terms.source_time = *source;
                                terms.destination_time = *destination;
                                const auto judged =
                                    across::guard(desk_.settings.guards, terms, offer);
                                out.refusal = judged.call ? "" : "guard " + judged.violated;
                                then(out);
                              });
                    });
          },
          [then](const caf::error&) { then(std::nullopt); });
}

void across_leg::run(actors::run_step x, route_step::promise p, bool) {
  std::make_shared<across_run>(house(), desk_, std::move(x), std::move(p))->start();
}

std::vector<leg_sight> across_leg::sights() const {
  return {{desk_.pair.from, {"across"}}, {desk_.pair.to, {}}};
}

}  // namespace headroom::chain
