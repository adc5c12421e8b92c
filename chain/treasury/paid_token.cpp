#include "chain/treasury/paid_token.hpp"

#include "chain/evm/abi.hpp"
#include "chain/evm/eth.hpp"

namespace headroom::chain {

std::string paid_token::refusal(const std::string& bridge, const std::string& chain) const {
  if (!paid || *paid == wanted) return {};
  return bridge + " pays out " + paid->hex() + " on " + chain + ", and this route is for " +
         wanted.hex();
}

void learn_paid_token(actors::route_actor::pointer self, const rpc_actor& nodes, paid_token& token,
                      const address& contract, byte_vector call,
                      std::function<void(bool known)> then) {
  ask_all(self, nodes, {eth::call({std::nullopt, contract, std::move(call), {}})},
          [&token, then = std::move(then)](std::vector<rpc_result>& r) {
            const auto data = eth::bytes_of(r[0]);
            const auto paid = data ? abi::reader{*data}.account(0) : std::nullopt;
            if (paid && !paid->is_zero()) token.paid = *paid;
            then(token.paid.has_value());
          });
}

}  // namespace headroom::chain
