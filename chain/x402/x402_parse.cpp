#include <algorithm>

#include "chain/evm/erc6492.hpp"
#include "chain/x402/x402.hpp"
#include "net/base64.hpp"
#include "net/json.hpp"

namespace headroom::chain::x402 {
namespace {

using nlohmann::json;

constexpr std::string_view invalid = "invalid_payload";
constexpr int most_levels = 128;  // extensions nest as they like; the header's size is the bound

/// Copies a required string member; false when it is missing or no string.
bool take(const json& object, const char* key, std::string& out) {
  const auto* text = net::text_member(object, key);
  if (text) out = *text;
  return text != nullptr;
}

template <class Bytes>
bool take_hex(const json& object, const char* key, Bytes& out) {
  const auto* text = net::text_member(object, key);
  return text && text->starts_with("0x") && from_hex_exact(*text, out.bytes);
}

/// A decimal text as the protocol has it, or the JSON number that some clients write.
bool take_decimal(const json& object, const char* key, std::size_t max_digits, uint256& out) {
  const auto number = net::count_member(object, key);
  const auto* text = net::text_member(object, key);
  if (!number && !text) return false;
  const auto digits = number ? std::to_string(*number) : *text;
  if (digits.size() > max_digits) return false;
  const auto value = uint256::parse_decimal(digits);
  if (value) out = *value;
  return value.has_value();
}

bool take_message(const json& payload, std::size_t max_value_digits, eip3009::transfer& out) {
  const auto* a = net::object_member(payload, "authorization");
  return a && take_hex(*a, "from", out.from) && take_hex(*a, "to", out.to) &&
         take_decimal(*a, "value", max_value_digits, out.value) &&
         take_decimal(*a, "validAfter", 78, out.valid_after) &&
         take_decimal(*a, "validBefore", 78, out.valid_before) && take_hex(*a, "nonce", out.nonce);
}

bool take_signature(const json& payload, byte_vector& out) {
  const auto* text = net::text_member(payload, "signature");
  if (!text || !text->starts_with("0x")) return false;
  auto bytes = from_hex(*text);
  if (bytes) out = std::move(*bytes);
  return bytes.has_value();
}

/// The signature inside is the one that counts: for the payer's contract, and for telling whether
/// two payments are the same.
bool unwrap(payment& p) {
  p.wrapped = erc6492::is_wrapped(p.signature);
  if (!p.wrapped) return true;
  auto inside = erc6492::unwrapped(p.signature);
  if (inside) p.signature = std::move(*inside);
  return inside.has_value();
}

/// `extensions["payment-identifier"].info.id`: 16 to 128 of [A-Za-z0-9_-]. Absent is fine; a
/// malformed one would leave its payer with a protection that is none.
bool take_identifier(const json& document, std::string& out) {
  const auto* extensions = net::object_member(document, "extensions");
  const auto* extension =
      extensions ? net::object_member(*extensions, "payment-identifier") : nullptr;
  const auto* info = extension ? net::object_member(*extension, "info") : nullptr;
  const auto* id = info ? net::member(*info, "id") : nullptr;
  if (!id || id->is_null()) return true;
  const auto* text = id->get_ptr<const std::string*>();
  if (!text || text->size() < 16 || text->size() > 128) return false;
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  };
  out = *text;
  return std::all_of(out.begin(), out.end(), fits);
}

bool take_echo(const json& accepted, payment& out) {
  const auto* extra = net::object_member(accepted, "extra");
  const auto timeout = net::count_member(accepted, "maxTimeoutSeconds");
  if (!extra || !timeout) return false;
  auto& echo = out.accepted;
  echo.max_timeout_seconds = *timeout;
  return take(accepted, "scheme", out.scheme) && take(accepted, "network", out.network) &&
         take(accepted, "amount", echo.amount) && take(accepted, "asset", echo.asset) &&
         take(accepted, "payTo", echo.pay_to) && take(*extra, "name", echo.token_name) &&
         take(*extra, "version", echo.token_version);
}

}  // namespace

parsed_payment parse_payment(std::uint8_t version, std::string_view header) {
  if (header.empty() || header.size() > max_header_bytes) return {invalid, {}};
  const auto decoded = net::from_base64(header);
  if (!decoded) return {invalid, {}};
  const auto document = net::read_json(
      {reinterpret_cast<const char*>(decoded->data()), decoded->size()}, most_levels);
  if (!document || !document->is_object()) return {invalid, {}};
  const auto said = net::count_member(*document, "x402Version");
  if (!said) return {invalid, {}};
  if (*said != version) return {"invalid_x402_version", {}};
  const auto* payload = net::object_member(*document, "payload");
  if (!payload) return {invalid, {}};
  if (net::member(*payload, "permit2Authorization")) return {"unsupported_payload_type", {}};

  parsed_payment out;
  out.value.version = version;
  if (!take_message(*payload, version == 1 ? 18 : 78, out.value.message) ||
      !take_signature(*payload, out.value.signature))
    return {invalid, {}};
  if (!take_identifier(*document, out.value.identifier)) return {"invalid_payment_identifier", {}};
  if (version == 1) {
    if (!take(*document, "scheme", out.value.scheme) ||
        !take(*document, "network", out.value.network))
      return {invalid, {}};
  } else {
    const auto* accepted = net::object_member(*document, "accepted");
    if (!accepted || !take_echo(*accepted, out.value)) return {invalid, {}};
  }
  if (!unwrap(out.value)) return {"eip6492_factory_not_allowed", {}};
  return out;
}

}  // namespace headroom::chain::x402
