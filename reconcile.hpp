#pragma once

#include "config/settings.hpp"

namespace headroom {

/// `headroom reconcile`: replays the books and compares them with every account of ours on every
/// chain; each difference with what explains it. Exit 0 nothing is missing, 1 something is, 2 a key
/// cannot be read, 3 books or chains cannot.
int reconcile_command(const config::settings& settings);
/// `headroom wallet status`: nonces and coins of the accounts that send, and what is open of them.
int wallet_command(const config::settings& settings);

}  // namespace headroom
