#pragma once

#include "app_keys.hpp"
#include "config/settings.hpp"
#include "domain/unposted_income.hpp"

namespace headroom {

/// `headroom reconcile`: replays the books and compares them with every account of ours on every
/// chain; each difference with what explains it. Exit 0 nothing is missing, 1 something is, 2 a key
/// cannot be read, 3 books or chains cannot.
int reconcile_command(const config::settings& settings);
/// Books against chains, for who decides by it; of two looks at the books the one that leaves less
/// unexplained. Nothing when either cannot be read.
struct comparison {
  reconciliation found;
  std::vector<moving_money> moving;
  usdc leaving;  // of withdrawals that were sent
  unposted_income income;
};
[[nodiscard]] std::optional<comparison> compare_now(const config::settings& s,
                                                    const own_keys& keys);
/// `headroom wallet status`: nonces and coins of the accounts that send, and what is open of them.
int wallet_command(const config::settings& settings);

}  // namespace headroom
