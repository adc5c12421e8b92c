#pragma once

#include <string>
#include <string_view>

#include "domain/journal.hpp"

namespace headroom::persistence {

/// Why a redemption is not booked: stable words.
namespace unbooked {
inline constexpr std::string_view already = "already_booked";       // this receipt, by whomever
inline constexpr std::string_view our_own = "our_own_transaction";  // the service books it itself
inline constexpr std::string_view refused = "books_refuse";
}  // namespace unbooked

/// Books what a transaction of somebody else redeemed, and who says so in `operator_actions`, both
/// or none. Without `apply` everything is tried and taken back. Beside a running service, as
/// resolve_order: one insert and one change by a delta; the service finds it at its next look.
/// "" or one of `unbooked`. Throws std::runtime_error without a database.
[[nodiscard]] std::string_view book_seen(const std::string& conninfo, const book_redemption& x,
                                         const std::string& by, bool apply);

}  // namespace headroom::persistence
