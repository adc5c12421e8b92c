#pragma once

#include <optional>

#include "chain/polymarket/order.hpp"

/// A signed order's bytes in the books (bets.signed_order). They are written once, by the newest
/// layout, and read for as long as the books are kept: every layout that ever was is understood.
///
///     layout 1  the order of an ordinary account, which is its maker and its signer
///     layout 2  and what was true when it was signed (order_terms)
///     layout 3  whose API key sees it at the venue, the kind of its signature, a signature of any
///               length; terms or none
namespace headroom::chain::polymarket {

/// Layout 3.
[[nodiscard]] byte_vector encode(const signed_order& o);

/// Nothing unless the layout is known and the signature is the signer's own. An order of layouts 1
/// and 2 belongs to its signer's account. A contract's signature (type 3) says itself whose it is,
/// and is not read yet.
[[nodiscard]] std::optional<signed_order> decode(byte_view bytes);

}  // namespace headroom::chain::polymarket
