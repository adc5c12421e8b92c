#include <array>

#include "chain/x402/x402.hpp"

namespace headroom::chain::x402 {
namespace {

struct explained {
  std::string_view code;
  std::string_view sentence;
};

constexpr std::string_view bad_signature =
    "The signature is not the payer's over this TransferWithAuthorization; check the EIP-712 "
    "domain (name, version, chain, token) and that s is in its lower half.";
constexpr std::string_view wrong_recipient =
    "The authorization pays somebody else; `to` must be payTo.";
constexpr std::string_view wrong_value =
    "The authorization's value must be exactly the amount asked for.";
constexpr std::string_view wrong_network = "The payment is for a network that is not offered here.";
constexpr std::string_view wrong_scheme = "Only the scheme `exact` is offered here.";
constexpr std::string_view too_poor =
    "The payer's balance, less what the payer's other open payments will take, is below the "
    "amount.";
constexpr std::string_view would_fail =
    "The token refuses this transfer; the payer may be blocked, or its contract refuses to sign.";

/// Versions name the same failure differently: facts/x402.md 3a, 3c.
constexpr std::array table{
    explained{"invalid_payload",
              "The payment header is not base64 of a JSON payment of its version, or over 8 KiB."},
    explained{"invalid_x402_version",
              "PAYMENT-SIGNATURE carries version 2 and X-PAYMENT version 1."},
    explained{"unsupported_payload_type", "Only EIP-3009 authorizations are taken, no Permit2."},
    explained{"invalid_payment_identifier",
              "A payment identifier has 16 to 128 characters of A-Z, a-z, 0-9, `_` and `-`."},
    explained{"invalid_payment_requirements",
              "`accepted` is not what this request demands; the same body must be sent again."},
    explained{source_not_offered,
              "This token does not take this amount now; `accepts` lists what does."},
    explained{"invalid_exact_evm_scheme", wrong_scheme},
    explained{"unsupported_scheme", wrong_scheme},
    explained{"invalid_exact_evm_network_mismatch", wrong_network},
    explained{"invalid_network", wrong_network},
    explained{"eip6492_factory_not_allowed",
              "The wallet is not deployed on this chain; deploy it, then pay."},
    explained{"invalid_exact_evm_signature", bad_signature},
    explained{"invalid_exact_evm_payload_signature", bad_signature},
    explained{"payer_is_payee", "The service's own accounts cannot pay it."},
    explained{"invalid_exact_evm_recipient_mismatch", wrong_recipient},
    explained{"invalid_exact_evm_payload_recipient_mismatch", wrong_recipient},
    explained{"invalid_exact_evm_payload_authorization_valid_before",
              "The authorization is over, or will be within six seconds; sign a new one."},
    explained{"invalid_exact_evm_payload_authorization_valid_after",
              "The authorization begins more than two minutes from now; check the clock."},
    explained{"authorization_window_too_long",
              "validBefore is too far ahead; sign for at most the time the demand names."},
    explained{"invalid_exact_evm_payload_authorization_value_mismatch", wrong_value},
    explained{"invalid_exact_evm_payload_authorization_value", wrong_value},
    explained{"invalid_exact_evm_nonce_already_used",
              "The nonce was used for another transfer, or cancelled; sign with a new one."},
    explained{"invalid_exact_evm_insufficient_balance", too_poor},
    explained{"insufficient_funds", too_poor},
    explained{"invalid_exact_evm_transaction_simulation_failed", would_fail},
    explained{"invalid_transaction_state", would_fail},
};

}  // namespace

std::string_view describe(std::string_view code) noexcept {
  for (const auto& row : table)
    if (row.code == code) return row.sentence;
  return {};
}

}  // namespace headroom::chain::x402
