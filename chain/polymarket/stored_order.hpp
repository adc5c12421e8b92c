#pragma once

#include <optional>

#include "chain/polymarket/order.hpp"

/// A signed order's bytes in the books (bets.signed_order). They are written once, by the newest
/// layout, and read for as long as the books are kept: every layout that ever was is understood.
///
///     layout 1  the order of an ordinary account, which is its maker and its signer
///     layout 2  and what was true when it was signed (order_terms)
///     layout 3  whose API key sees it at the venue, the kind of its signature, terms or none, and
///               the key's 65 bytes behind their length: what a deposit wallet's order wraps around
///               them follows from the order (wire_signature)
namespace headroom::chain::polymarket {

/// Layout 3.
[[nodiscard]] byte_vector encode(const signed_order& o);

/// Nothing unless the layout is known, the account's key signed it, and that key may sign for its
/// maker. An order of layouts 1 and 2 belongs to its signer's account. A deposit wallet's order
/// does not name its owner: the account beside it does, and the signature shows it.
[[nodiscard]] std::optional<signed_order> decode(byte_view bytes);

}  // namespace headroom::chain::polymarket
