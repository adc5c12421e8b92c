#include "chain/x402/x402_port.hpp"

#include <algorithm>

namespace headroom::chain {
namespace {

class x402_writer final : public actors::x402_port {
 public:
  x402_writer(std::vector<x402::terms> sources, std::shared_ptr<const source_gate> gate)
      : sources_(std::move(sources)), gate_(std::move(gate)) {}

  actors::payment_required require(usdc amount, std::string_view error) const override {
    const auto shown = shown_for(amount);
    return {x402::required_header(shown, amount, error), x402::required_body(shown, amount, error)};
  }
  std::string respond(std::uint8_t version, const money_source& source, const hash256& tx_hash,
                      const address& payer, usdc amount, std::string_view error) const override {
    return x402::response_header(version, terms_of(source),
                                 {std::string{error}, tx_hash, payer, amount});
  }

 private:
  /// A demand names a source at least: when all are refused for a while, those that would take the
  /// amount; their payments are `unavailable` then.
  [[nodiscard]] std::vector<x402::terms> shown_for(usdc amount) const {
    const auto takers = x402::offered(sources_, amount);
    auto out = takers;
    std::erase_if(out, [&](const x402::terms& t) { return gate_ && gate_->refuses(t.money()); });
    if (!out.empty()) return out;
    return takers.empty() ? sources_ : takers;
  }
  /// A deposit may be of a source that is configured no more.
  [[nodiscard]] x402::terms terms_of(const money_source& source) const {
    const auto i = std::find_if(sources_.begin(), sources_.end(),
                                [&](const x402::terms& t) { return t.money() == source; });
    if (i != sources_.end()) return *i;
    x402::terms out;
    out.chain_id = source.chain_id;
    out.networks_v1.clear();
    return out;
  }

  const std::vector<x402::terms> sources_;
  const std::shared_ptr<const source_gate> gate_;
};

}  // namespace

std::unique_ptr<actors::x402_port> make_x402_port(std::vector<x402::terms> sources,
                                                  std::shared_ptr<const source_gate> gate) {
  return std::make_unique<x402_writer>(std::move(sources), std::move(gate));
}

}  // namespace headroom::chain
