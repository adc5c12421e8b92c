#pragma once

#include "actors/messages/repair_messages.hpp"
#include "app_keys.hpp"
#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "domain/time.hpp"

namespace headroom {

/// From the chain's count of an account on: what the books have and no block has is sent again, the
/// same bytes; a nonce below the books' next one that nothing of ours holds is filled by a transfer
/// of nothing to ourselves, stored before it is sent, for nothing behind it can be mined. A running
/// service finds it in the books. Throws std::runtime_error without a database.
[[nodiscard]] actors::repair_answer resync(const config::settings& s, const own_keys& keys,
                                           const actors::resync_wallet& x, timestamp now);

/// `headroom wallet resync`.
int resync_command(const config::settings& settings, const config::resync_request& asked,
                   timestamp now);

}  // namespace headroom
