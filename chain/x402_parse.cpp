#include "chain/base64.hpp"
#include "chain/json.hpp"
#include "chain/x402.hpp"

namespace headroom::chain::x402 {
namespace {

using nlohmann::json;

constexpr std::string_view invalid = "invalid_payload";

/// Copies a required string member; false when it is missing or no string.
bool take(const json& object, const char* key, std::string& out) {
  const auto* text = text_member(object, key);
  if (text) out = *text;
  return text != nullptr;
}

template <class Bytes>
bool take_hex(const json& object, const char* key, Bytes& out) {
  const auto* text = text_member(object, key);
  return text && text->starts_with("0x") && from_hex_exact(*text, out.bytes);
}

bool take_decimal(const json& object, const char* key, std::size_t max_digits, uint256& out) {
  const auto* text = text_member(object, key);
  if (!text || text->size() > max_digits) return false;
  const auto value = uint256::parse_decimal(*text);
  if (value) out = *value;
  return value.has_value();
}

bool take_message(const json& payload, std::size_t max_value_digits, eip3009::transfer& out) {
  const auto* a = object_member(payload, "authorization");
  return a && take_hex(*a, "from", out.from) && take_hex(*a, "to", out.to) &&
         take_decimal(*a, "value", max_value_digits, out.value) &&
         take_decimal(*a, "validAfter", 78, out.valid_after) &&
         take_decimal(*a, "validBefore", 78, out.valid_before) && take_hex(*a, "nonce", out.nonce);
}

bool take_signature(const json& payload, byte_vector& out) {
  const auto* text = text_member(payload, "signature");
  if (!text || !text->starts_with("0x")) return false;
  auto bytes = from_hex(*text);
  if (bytes) out = std::move(*bytes);
  return bytes.has_value();
}

bool take_echo(const json& accepted, payment& out) {
  const auto* extra = object_member(accepted, "extra");
  const auto timeout = count_member(accepted, "maxTimeoutSeconds");
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
  const auto decoded = from_base64(header);
  if (!decoded) return {invalid, {}};
  const auto document =
      read_json({reinterpret_cast<const char*>(decoded->data()), decoded->size()}, 8);
  if (!document || !document->is_object()) return {invalid, {}};
  const auto said = count_member(*document, "x402Version");
  if (!said) return {invalid, {}};
  if (*said != version) return {"invalid_x402_version", {}};
  const auto* payload = object_member(*document, "payload");
  if (!payload) return {invalid, {}};
  if (member(*payload, "permit2Authorization")) return {"unsupported_payload_type", {}};

  parsed_payment out;
  out.value.version = version;
  if (!take_message(*payload, version == 1 ? 18 : 78, out.value.message) ||
      !take_signature(*payload, out.value.signature))
    return {invalid, {}};
  if (version == 1) {
    if (!take(*document, "scheme", out.value.scheme) ||
        !take(*document, "network", out.value.network))
      return {invalid, {}};
    return out;
  }
  const auto* accepted = object_member(*document, "accepted");
  if (!accepted || !take_echo(*accepted, out.value)) return {invalid, {}};
  return out;
}

}  // namespace headroom::chain::x402
