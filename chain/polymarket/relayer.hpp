#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "domain/bytes.hpp"

/// What the venue's relayer says (facts/polymarket.md 1.1 and changes of 2026-11-29, 23).
namespace headroom::chain::polymarket {

/// Path and query: `owner` is the account whose key signs, not the wallet.
[[nodiscard]] std::string params_target(const address& owner);
[[nodiscard]] std::string transaction_target(std::string_view id);

/// The nonce of the wallet's next batch, in the answer to params_target.
[[nodiscard]] std::optional<std::uint64_t> read_wallet_nonce(std::string_view body);

enum class relay_state : std::uint8_t {
  on_its_way = 0,  // NEW, EXECUTED, MINED
  confirmed = 1,
  failed = 2,   // FAILED, INVALID
  unknown = 3,  // a word that we do not know
};
struct relay_transaction {
  std::string id;
  relay_state state = relay_state::unknown;
  hash256 tx_hash;     // zero: none yet
  std::string detail;  // its words, at most 200 bytes of printable ASCII
  /// The relayer did not even try: it holds that the calls would do nothing. Reported for wallets
  /// that did hold what it missed, so it is a human's matter.
  bool precheck_skipped = false;
};
/// The answer to POST /submit, or to transaction_target (an object, or a list of one).
[[nodiscard]] std::optional<relay_transaction> read_relay_transaction(std::string_view body);

enum class relay_verdict : std::uint8_t {
  accepted = 0,
  busy = 1,         // another batch of the wallet is under way: the same bytes again, later
  nonce_moved = 2,  // the batch's nonce is not the wallet's
  blocked = 3,      // it permits no such call
  refused = 4,      // any other definite no
  not_now = 5,      // it takes nothing at present, or not from our API key: nothing happened
  unknown = 6,      // it may have taken it
};
struct relay_answer {
  relay_verdict verdict = relay_verdict::unknown;
  relay_transaction transaction;          // accepted
  std::optional<std::uint64_t> on_chain;  // nonce_moved: the wallet's nonce, as it says
  std::string detail;                     // its words, as above
};
/// Classifies an answer to POST /submit: status and body.
[[nodiscard]] relay_answer read_submit_answer(unsigned status, std::string_view body);

}  // namespace headroom::chain::polymarket
