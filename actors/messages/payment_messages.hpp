#pragma once

#include <string>
#include <vector>

#include "actors/inspect.hpp"

/// x402 payments, and what chains and wallets say of them.
namespace headroom::actors {

/// A payment that is sound whatever the time and the chain say: form, terms and signature. Enough
/// to be told what became of it, not enough to be taken. `proven`: signed by the payer's own key,
/// or by its contract's word; otherwise the signature is for the payer's contract to judge.
struct signed_payment {
  authorization payment;
  std::uint8_t x402_version = 2;
  bool proven = false;
  bool wrapped = false;        // it came in ERC-6492's envelope: the wallet may not exist yet
  hash256 idempotency_key;     // zero: none
  hash256 payment_identifier;  // zero: none
};
HEADROOM_INSPECT(signed_payment, x.payment, x.x402_version, x.proven, x.wrapped, x.idempotency_key,
                 x.payment_identifier)

/// A payment that may be taken now. Not `paid`: unused, in its window, funded. `paid`: the chain
/// shows it paid already, by whomever and whenever it was submitted.
struct verified_payment {
  authorization payment;
  bool paid = false;
};
HEADROOM_INSPECT(verified_payment, x.payment, x.paid)

/// What the chain says of an authorization. paid: money arrived by `tx_hash`. unused: may still be
/// spent. void_: used for something else, cancelled, or expired and final. unknown: cannot tell
/// now.
enum class payment_state : std::uint8_t { paid = 0, unused = 1, void_ = 2, unknown = 3 };

struct payment_finding {
  payment_state state = payment_state::unknown;
  hash256 tx_hash;
  std::string code;             // x402 code when void
  std::uint64_t log_index = 0;  // of the Transfer that paid, in its block
};
HEADROOM_INSPECT(payment_finding, x.state, x.tx_hash, x.code, x.log_index)

/// A signature that is no key's: perhaps the wallet at `signer` is a contract that knows it. Any of
/// the digests will do; they say the same under the domains that a deployment takes.
struct contract_signature {
  address signer;
  std::vector<hash256> digests;
  byte_vector signature;
};
HEADROOM_INSPECT(contract_signature, x.signer, x.digests, x.signature)

}  // namespace headroom::actors
