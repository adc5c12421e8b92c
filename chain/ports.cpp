#include "chain/ports.hpp"

#include "chain/bet_intent.hpp"
#include "chain/eip55.hpp"
#include "chain/keccak.hpp"

namespace headroom::chain {
namespace {

class ethereum final : public actors::ethereum_port {
 public:
  explicit ethereum(actors::signing_domain domain) : domain_(std::move(domain)) {}

  actors::address_error parse_address(std::string_view text, address& out) const override {
    return chain::parse_address(text, out);
  }
  std::string print_address(const address& a) const override { return checksummed(a); }
  hash256 keccak256(byte_view data) const override { return chain::keccak256(data); }
  bool signed_by_user(const actors::bet_intent& intent, std::string_view signature) const override {
    return chain::signed_by_user(intent, domain_, signature);
  }
  std::vector<hash256> digests_of(const actors::bet_intent& intent) const override {
    return chain::digests_of(intent, domain_);
  }

 private:
  const actors::signing_domain domain_;
};

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

std::unique_ptr<actors::ethereum_port> make_ethereum_port(actors::signing_domain domain) {
  return std::make_unique<ethereum>(std::move(domain));
}

std::unique_ptr<actors::x402_port> make_x402_port(x402::terms terms) {
  return std::make_unique<x402_writer>(std::move(terms));
}

}  // namespace headroom::chain
