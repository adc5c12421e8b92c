#pragma once

#include <optional>
#include <string>
#include <vector>

#include "app_rest_routes.hpp"
#include "chain/evm/transaction_signer.hpp"
#include "chain/polymarket/venue_account.hpp"
#include "config/settings.hpp"

/// Who signs for what: the service's keys, read at the start, apart from the rest of the wiring.
namespace headroom {

using shared_key = std::shared_ptr<const chain::private_key>;

/// One of our accounts, the same on every chain, with its key or the signer that has it.
struct own_account {
  address account;
  shared_key key;                // null: a signer has it
  config::signer_source signer;  // without a key
  std::string token;             // for that signer; "": none

  /// At once; without a signature nothing, and why.
  [[nodiscard]] std::optional<chain::signed_transaction> sign(const chain::unsigned_transaction& tx,
                                                              std::string& error) const;
  /// @param http  the way to the signer, where there is one.
  [[nodiscard]] chain::transaction_signer signer_on(std::uint64_t chain_id,
                                                    const chain::http_actor& http) const;
};

struct own_keys {
  own_account settlement;   // submits users' payments
  own_account conversion;   // what users paid comes to it on Polygon; it converts
  own_account withdrawals;  // pays users out
  own_account plasma;       // users pay to it on Plasma; it sends what they paid
  own_account base;         // likewise on Base
  chain::polymarket::venue_accounts venue;
  std::string relayer;  // API key; "" where no account is a deposit wallet's
  std::string across;   // likewise of the bridge; "" where there is none
  std::string oneinch;  // likewise of 1inch; "": it is not asked
  rest_keys rest;

  /// Who users pay to on a chain, by its name.
  [[nodiscard]] const own_account& payee(const std::string& network) const;
  /// All but the venue's, each account once, conversion's first.
  [[nodiscard]] std::vector<address> accounts() const;
  /// Whoever sends transactions: these, and the venue accounts that are their key's own.
  [[nodiscard]] std::vector<own_account> senders() const;
  /// And the venue's: the accounts of its keys, and the wallets that hold its money.
  [[nodiscard]] std::vector<address> all_accounts() const;
};

/// The accounts alone, for a command beside the service: no signer is asked, no API key is read.
/// Nothing, and why, when a key cannot be read.
[[nodiscard]] std::optional<own_keys> read_accounts(const config::settings& s, std::string& error);

/// A key that cannot be read ends the start: nothing, and a line in the log. So does a signer that
/// answers and does not have the account; one that is silent may answer later.
[[nodiscard]] std::optional<own_keys> read_keys(const config::settings& s);

}  // namespace headroom
