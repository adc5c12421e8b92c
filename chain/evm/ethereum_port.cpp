#include "chain/evm/ethereum_port.hpp"

#include "chain/evm/eip55.hpp"
#include "chain/evm/keccak.hpp"
#include "chain/evm/user_intent.hpp"

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
  bool signed_by_user(const actors::sell_intent& intent,
                      std::string_view signature) const override {
    return chain::signed_by_user(intent, domain_, signature);
  }
  std::vector<hash256> digests_of(const actors::sell_intent& intent) const override {
    return chain::digests_of(intent, domain_);
  }
  bool signed_by_user(const actors::withdraw_intent& intent,
                      std::string_view signature) const override {
    return chain::signed_by_user(intent, domain_, signature);
  }
  std::vector<hash256> digests_of(const actors::withdraw_intent& intent) const override {
    return chain::digests_of(intent, domain_);
  }
  bool signed_by_user(const actors::bet_delegation& intent,
                      std::string_view signature) const override {
    return chain::signed_by_user(intent, domain_, signature);
  }
  std::vector<hash256> digests_of(const actors::bet_delegation& intent) const override {
    return chain::digests_of(intent, domain_);
  }
  hash256 digest_of_text(std::string_view text) const override {
    return chain::digest_of_text(text);
  }
  bool signed_by_user(const address& user, std::string_view text,
                      std::string_view signature) const override {
    return chain::signed_by_user(user, text, signature);
  }

 private:
  const actors::signing_domain domain_;
};

}  // namespace

std::unique_ptr<actors::ethereum_port> make_ethereum_port(actors::signing_domain domain) {
  return std::make_unique<ethereum>(std::move(domain));
}

}  // namespace headroom::chain
