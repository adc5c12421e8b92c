#pragma once

#include <string>

#include "actors/inspect.hpp"

/// A deposit as its payer asked for it.
namespace headroom::actors {

/// An x402 payment as it came: the header's text is parsed by the verifier, not by the HTTP edge.
struct pay_deposit {
  usdc amount;
  std::uint8_t x402_version = 2;  // by header: PAYMENT-SIGNATURE 2, X-PAYMENT 1
  std::string header;
  std::string idempotency_key;  // the header of that name; "" when there is none
};
HEADROOM_INSPECT(pay_deposit, x.amount, x.x402_version, x.header, x.idempotency_key)

/// `repeated`: an earlier request opened this deposit, under the same authorization or key.
struct paid_deposit {
  deposit row;
  bool repeated = false;
};
HEADROOM_INSPECT(paid_deposit, x.row, x.repeated)

/// A payer's own names for a deposit; zero: none.
struct deposit_keys {
  address user;
  hash256 idempotency_key;
  hash256 payment_identifier;
};
HEADROOM_INSPECT(deposit_keys, x.user, x.idempotency_key, x.payment_identifier)

}  // namespace headroom::actors
