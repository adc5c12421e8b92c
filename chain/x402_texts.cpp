#include "chain/base64.hpp"
#include "chain/eip55.hpp"
#include "chain/json.hpp"
#include "chain/x402.hpp"

namespace headroom::chain::x402 {
namespace {

using json = nlohmann::ordered_json;  // key order as the official servers write it

constexpr auto mime_type = "application/json";

json token_extra(const terms& t) { return {{"name", t.token_name}, {"version", t.token_version}}; }

std::string or_default(std::string_view text, std::string_view fallback) {
  return std::string{text.empty() ? fallback : text};
}

}  // namespace

std::string required_header(const terms& t, usdc amount, std::string_view error) {
  const json accept{{"scheme", "exact"},
                    {"network", t.network()},
                    {"amount", std::to_string(amount.micro)},
                    {"asset", checksummed(t.asset)},
                    {"payTo", checksummed(t.pay_to)},
                    {"maxTimeoutSeconds", t.max_timeout_seconds},
                    {"extra", token_extra(t)}};
  const json document{
      {"x402Version", 2},
      {"error", or_default(error, "Payment required")},
      {"resource", {{"url", t.resource}, {"description", t.description}, {"mimeType", mime_type}}},
      {"accepts", json::array({accept})}};
  return to_base64(to_text(document));
}

std::string required_body(const terms& t, usdc amount, std::string_view error) {
  const json accept{{"scheme", "exact"},
                    {"network", t.networks_v1.empty() ? t.network() : t.networks_v1.front()},
                    {"maxAmountRequired", std::to_string(amount.micro)},
                    {"resource", t.resource},
                    {"description", t.description},
                    {"mimeType", mime_type},
                    {"payTo", checksummed(t.pay_to)},
                    {"maxTimeoutSeconds", t.max_timeout_seconds},
                    {"asset", checksummed(t.asset)},
                    {"extra", token_extra(t)}};
  return to_text(json{{"x402Version", 1},
                      {"error", or_default(error, "X-PAYMENT header is required")},
                      {"accepts", json::array({accept})}});
}

std::string response_header(std::uint8_t version, const terms& t, const settlement& s) {
  const bool success = s.error.empty();
  json document{{"success", success}};
  if (!success) document["errorReason"] = s.error;
  document["transaction"] = s.tx_hash.is_zero() ? "" : s.tx_hash.hex();
  document["network"] =
      version == 1 && !t.networks_v1.empty() ? t.networks_v1.front() : t.network();
  document["payer"] = checksummed(s.payer);
  if (version == 2 && success) document["amount"] = std::to_string(s.amount.micro);
  return to_base64(to_text(document));
}

}  // namespace headroom::chain::x402
