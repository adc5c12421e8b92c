#pragma once

#include "config/command_line.hpp"
#include "config/settings.hpp"
#include "domain/time.hpp"

namespace headroom {

/// `headroom wallet cancel NONCE`: for a nonce of an account of ours that an operation in the
/// books holds and no block has. The cancelling transaction is stored before it is sent. A running
/// service takes the end from the chain, whichever transaction it is. Exit codes as resolve.hpp's.
int cancel_command(const config::settings& settings, const config::cancel_request& asked,
                   timestamp now);

}  // namespace headroom
