#include <algorithm>

#include "chain/x402/x402.hpp"

namespace headroom::chain::x402 {
namespace {

constexpr std::int64_t margin_seconds = 6;  // time for our transaction to be mined
constexpr std::string_view wrong_end = "invalid_exact_evm_payload_authorization_valid_before";
constexpr std::string_view begins_too_late = "invalid_exact_evm_payload_authorization_valid_after";

bool same_account(std::string_view text, const address& ours) {
  const auto theirs = address::parse(text);
  return theirs && *theirs == ours;
}

bool echoes(const payment::echo& accepted, const terms& t, usdc amount) {
  return accepted.amount == std::to_string(amount.micro) && same_account(accepted.asset, t.asset) &&
         same_account(accepted.pay_to, t.pay_to) &&
         accepted.max_timeout_seconds == t.max_timeout_seconds &&
         accepted.token_name == t.token_name && accepted.token_version == t.token_version;
}

/// Strict r, s, v before any recovery; a contract's signature is judged by the token instead.
bool signed_by_payer(const payment& p, const terms& t, payer_kind payer) {
  if (payer == payer_kind::contract) return !p.signature.empty();
  const auto found = recover(eip3009::digest(t.token_domain(), p.message), p.signature);
  return found.error == signature_error::none && found.signer == p.message.from;
}

struct codes {
  std::string_view scheme, network, signature, recipient, value;
};
constexpr codes v1_codes{"unsupported_scheme", "invalid_network",
                         "invalid_exact_evm_payload_signature",
                         "invalid_exact_evm_payload_recipient_mismatch",
                         "invalid_exact_evm_payload_authorization_value"};
constexpr codes v2_codes{"invalid_exact_evm_scheme", "invalid_exact_evm_network_mismatch",
                         "invalid_exact_evm_signature", "invalid_exact_evm_recipient_mismatch",
                         "invalid_exact_evm_payload_authorization_value_mismatch"};

/// What stays spendable for long would keep its deposit open for as long, so there is a latest end.
std::string_view outside_window(const eip3009::transfer& m, const terms& t,
                                std::int64_t now_seconds) {
  const auto at = [](std::int64_t seconds) {
    return uint256::of(static_cast<std::uint64_t>(seconds));
  };
  const auto latest_end = std::int64_t{t.longest_window_seconds} + clock_skew_seconds;
  if (m.valid_before < at(now_seconds + margin_seconds)) return wrong_end;
  if (m.valid_before > at(now_seconds + latest_end)) return "authorization_window_too_long";
  if (m.valid_after > at(now_seconds + clock_skew_seconds)) return begins_too_late;
  return {};
}

}  // namespace

bool on_network(const payment& p, const terms& t) {
  if (p.version == 2) return p.network == t.network();
  return std::find(t.networks_v1.begin(), t.networks_v1.end(), p.network) != t.networks_v1.end();
}

std::string terms::network() const { return "eip155:" + std::to_string(chain_id); }

eip712::domain terms::token_domain() const { return {token_name, token_version, chain_id, asset}; }

bool terms::is_own(const address& a) const {
  return a == pay_to ||
         std::find(own_accounts.begin(), own_accounts.end(), a) != own_accounts.end();
}

std::string_view verify(const payment& p, const terms& t, usdc amount,
                        std::optional<std::int64_t> now_seconds, payer_kind payer) {
  const auto& code = p.version == 1 ? v1_codes : v2_codes;
  // valid_before beyond 63 bits fits no column of ours and no sensible payer.
  const auto latest_end = uint256::of(static_cast<std::uint64_t>(INT64_MAX));

  if (p.scheme != "exact") return code.scheme;
  if (!on_network(p, t)) return code.network;
  if (p.version == 2 && !echoes(p.accepted, t, amount)) return "invalid_payment_requirements";
  if (!signed_by_payer(p, t, payer))
    return p.wrapped ? "eip6492_factory_not_allowed" : code.signature;
  if (t.is_own(p.message.from)) return "payer_is_payee";
  if (p.message.to != t.pay_to) return code.recipient;
  if (p.message.valid_before > latest_end) return "authorization_window_too_long";
  if (const auto late = now_seconds ? outside_window(p.message, t, *now_seconds) : "";
      !late.empty())
    return late;
  if (amount.micro <= 0 || p.message.value != uint256::of(static_cast<std::uint64_t>(amount.micro)))
    return code.value;
  return {};
}

std::string_view verify_window(const authorization& a, const terms& t, std::int64_t now_seconds) {
  return outside_window(eip3009::message_of(a), t, now_seconds);
}

std::optional<authorization> to_authorization(const payment& p, const terms& t) {
  const auto fits = [](const uint256& x) -> std::optional<std::int64_t> {
    const auto value = x.to_u64();
    if (!value || *value > static_cast<std::uint64_t>(INT64_MAX)) return std::nullopt;
    return static_cast<std::int64_t>(*value);
  };
  const auto value = fits(p.message.value);
  const auto after = fits(p.message.valid_after);
  const auto before = fits(p.message.valid_before);
  if (!value || !after || !before) return std::nullopt;
  authorization out{t.chain_id, t.asset, p.message.from,  p.message.to, usdc{*value},
                    *after,     *before, p.message.nonce, p.signature};
  if (const auto plain = parse_signature(p.signature); plain.error == signature_error::none) {
    const auto bytes = plain.value.bytes();
    out.signature.assign(bytes.bytes.begin(), bytes.bytes.end());
  }
  return out;
}

byte_vector settle_call(const authorization& a) {
  const auto message = eip3009::message_of(a);
  const auto plain = parse_signature(a.signature);
  if (plain.error == signature_error::none) return eip3009::transfer_call(message, plain.value);
  return eip3009::transfer_call(message, byte_view{a.signature});
}

}  // namespace headroom::chain::x402
