#pragma once

#include <optional>

#include "http/exchange.hpp"

/// "Own data only", the whole rule: who may read whose bets, deposits and balance. A service key
/// with scope `read` or `trade` reads everybody's, a user their own. What is somebody else's does
/// not exist for a user (404), so that ids and addresses cannot be tried.
namespace headroom::http {

/// May read users' data at all.
[[nodiscard]] bool reads(const principal& who) noexcept;
/// May read what belongs to `whose`.
[[nodiscard]] bool may_read(const principal& who, const address& whose) noexcept;
/// Throws 404 when not.
void require_own(const principal& who, const address& whose);
/// Whose records a list shows, with what was asked for in mind: nothing is everybody's. Throws 404.
[[nodiscard]] std::optional<address> listed_for(const principal& who,
                                                const std::optional<address>& asked_for);

/// Who asks, if they read users' data at all. Throws as require_scope.
const principal& require_reader(exchange& x);
/// The same where others may read a part; nothing for those.
[[nodiscard]] const principal* reader_of(exchange& x);

}  // namespace headroom::http
