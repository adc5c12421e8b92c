#include "chain/evm/cancelling.hpp"

namespace headroom::chain {
namespace {

constexpr std::uint64_t plain_transfer_gas = 21'000;

}  // namespace

unsigned_transaction cancel_of(const unsigned_transaction& newest, const address& account,
                               const gas_fees& fees) {
  unsigned_transaction out;
  out.chain_id = newest.chain_id;
  out.nonce = newest.nonce;
  out.fees = fees;
  out.gas_limit = plain_transfer_gas;
  out.to = account;
  return out;
}

bool is_cancel(const unsigned_transaction& body, const address& account) {
  return body.to == account && body.data.empty() && body.value.is_zero();
}

}  // namespace headroom::chain
