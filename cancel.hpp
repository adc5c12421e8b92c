#pragma once

#include "actors/messages/repair_messages.hpp"
#include "app_keys.hpp"
#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "domain/time.hpp"

namespace headroom {

/// For a nonce of an account of ours that an operation in the books holds and no block has. The
/// cancelling transaction is stored before it is sent. A running service takes the end from the
/// chain, whichever transaction it is. Throws std::runtime_error without a database.
[[nodiscard]] actors::repair_answer take_nonce_away(const config::settings& s, const own_keys& keys,
                                                    const actors::cancel_nonce& x, timestamp now);

/// `headroom wallet cancel NONCE`.
int cancel_command(const config::settings& settings, const config::cancel_request& asked,
                   timestamp now);

}  // namespace headroom
