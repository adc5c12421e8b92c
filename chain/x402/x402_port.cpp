#include "chain/x402/x402_port.hpp"

namespace headroom::chain {
namespace {

class x402_writer final : public actors::x402_port {
 public:
  explicit x402_writer(x402::terms terms) : terms_(std::move(terms)) {}

  actors::payment_required require(usdc amount, std::string_view error) const override {
    return {x402::required_header(terms_, amount, error),
            x402::required_body(terms_, amount, error)};
  }
  std::string respond(std::uint8_t version, const hash256& tx_hash, const address& payer,
                      usdc amount, std::string_view error) const override {
    return x402::response_header(version, terms_, {std::string{error}, tx_hash, payer, amount});
  }

 private:
  const x402::terms terms_;
};

}  // namespace

std::unique_ptr<actors::x402_port> make_x402_port(x402::terms terms) {
  return std::make_unique<x402_writer>(std::move(terms));
}

}  // namespace headroom::chain
