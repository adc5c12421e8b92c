#pragma once

#include "chain/evm/transaction.hpp"

/// Cancelling takes the nonce away: a transfer of nothing to ourselves with the same nonce and a
/// higher fee, stored as one more attempt of the operation. Whichever of them is mined says what
/// became of it.
namespace headroom::chain {

[[nodiscard]] unsigned_transaction cancel_of(const unsigned_transaction& newest,
                                             const address& account, const gas_fees& fees);
/// Nothing else that we send looks like it.
[[nodiscard]] bool is_cancel(const unsigned_transaction& body, const address& account);

}  // namespace headroom::chain
