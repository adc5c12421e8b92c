#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "chain/x402/eip3009.hpp"
#include "chain/x402/payment_settings.hpp"
#include "domain/records.hpp"

/// x402, versions 1 and 2, scheme `exact` on EVM: the texts of a 402, the payment header, and every
/// check that needs no chain. Codes are the protocol's own, public and stable.
namespace headroom::chain::x402 {

inline constexpr std::size_t max_header_bytes = 8 * 1024;

/// A payment header, syntactically sound and nothing more.
struct payment {
  std::uint8_t version = 2;
  std::string scheme;
  std::string network;
  eip3009::transfer message;
  byte_vector signature;   // any length up to the header's limit; of ERC-6492 the one inside
  bool wrapped = false;    // it came in ERC-6492's envelope
  std::string identifier;  // of the extension `payment-identifier`; "" = none

  /// Version 2 only: the requirement the payer says they accepted.
  struct echo {
    std::string amount;
    std::string asset;
    std::string pay_to;
    std::uint64_t max_timeout_seconds = 0;
    std::string token_name;
    std::string token_version;
  } accepted;
};

/// `code` is "" or invalid_payload, invalid_x402_version, unsupported_payload_type,
/// invalid_payment_identifier, eip6492_factory_not_allowed (an envelope that cannot be opened).
struct parsed_payment {
  std::string_view code;
  payment value;
};
/// Reads the value of PAYMENT-SIGNATURE (2) or X-PAYMENT (1). Total: never throws, whatever comes.
[[nodiscard]] parsed_payment parse_payment(std::uint8_t version, std::string_view header);

/// Whether the payer's account has code (a contract, or EIP-7702): then the token itself judges the
/// signature, by eth_call with the `bytes` overload.
enum class payer_kind : std::uint8_t { plain = 0, contract = 1 };

/// Clocks may differ by so much, either way. A payment that begins within it is taken and sent when
/// it is valid.
inline constexpr std::int64_t clock_skew_seconds = 120;

/// "" when everything that can be known without the chain is right; otherwise the first failed
/// check in the official order of that version. Without `now_seconds` the window is left out: what
/// remains is true of a payment for ever. Codes of our own: `payer_is_payee` for a payer of ours,
/// `authorization_window_too_long`.
[[nodiscard]] std::string_view verify(const payment& p, const terms& t, usdc amount,
                                      std::optional<std::int64_t> now_seconds,
                                      payer_kind payer = payer_kind::plain);
/// The window alone: "" or verify's code.
[[nodiscard]] std::string_view verify_window(const authorization& a, const terms& t,
                                             std::int64_t now_seconds);

/// Of a source that is switched off, or that takes other amounts: nothing in the payment is wrong.
inline constexpr std::string_view source_not_offered = "source_not_offered";

/// A verified payment as the books keep it; v of a plain signature becomes 27/28. Nothing when a
/// field does not fit (verify refuses those).
[[nodiscard]] std::optional<authorization> to_authorization(const payment& p, const terms& t);

/// Calldata that settles it: (v, r, s) for 65 bytes, the `bytes` overload otherwise.
[[nodiscard]] byte_vector settle_call(const authorization& a);

/// One sentence for people about a code of a refusal; "" for a code that says enough itself.
[[nodiscard]] std::string_view describe(std::string_view code) noexcept;

// -- several sources at one URL ------------------------------------------------------------------

/// Whether the payment names the source's network, by a name of its version.
[[nodiscard]] bool on_network(const payment& p, const terms& t);
/// The source that a payment is meant for, by network and token; else the first on its network,
/// whose checks say what is wrong; nothing when none is on it.
[[nodiscard]] std::optional<std::size_t> source_of(const payment& p,
                                                   const std::vector<terms>& sources, usdc amount);
/// Those that take this amount now.
[[nodiscard]] std::vector<terms> offered(const std::vector<terms>& sources, usdc amount);
/// Of these the ones whose networks the official clients of version 1 know; all when they know
/// none. A payment by version 1 is taken from every source all the same.
[[nodiscard]] std::vector<terms> shown_in_v1(const std::vector<terms>& sources);
/// "USDT0 on eip155:9745, USD Coin on eip155:137", of those that are enabled.
[[nodiscard]] std::string list_of(const std::vector<terms>& sources);

/// Value of the PAYMENT-REQUIRED header (version 2). `error` "" reads "Payment required". At least
/// one source.
[[nodiscard]] std::string required_header(const std::vector<terms>& sources, usdc amount,
                                          std::string_view error);
/// JSON body of the 402 (version 1). `error` "" reads "X-PAYMENT header is required". Likewise.
[[nodiscard]] std::string required_body(const std::vector<terms>& sources, usdc amount,
                                        std::string_view error);

/// What PAYMENT-RESPONSE and X-PAYMENT-RESPONSE say.
struct settlement {
  std::string error;  // "" = success; "settlement_pending" carries the hash too
  hash256 tx_hash;    // zero = none
  address payer;
  usdc amount;
};
[[nodiscard]] std::string response_header(std::uint8_t version, const terms& t,
                                          const settlement& s);

}  // namespace headroom::chain::x402
